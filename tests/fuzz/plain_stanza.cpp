// SPDX-License-Identifier: MIT
// The reader of stanzas in plain form, against the gate. Input: a stanza in XML.
// What counts as plain passes the gate, stands in normal form, and is the same stanza for both; and written
// anew with other attributes it is what the gate's tree would have been written as.
#include "xmpp/plain_stanza.h"

#include "fuzz/property.h"
#include "support/xml_tree.h"
#include "xml/gate.h"
#include "xml/writer.h"
#include "xmpp/stanza.h"

using namespace restanza;
using fuzz::must;
using xmpp::RootAttributes;

namespace {

bool same(const RootAttributes& a, const RootAttributes& b) {
  return a.from == b.from && a.to == b.to && a.id == b.id && a.type == b.type && a.lang == b.lang;
}

bool same(const xmpp::Stanza& a, const xmpp::Stanza& b) {
  return a.kind == b.kind && a.type == b.type && a.id == b.id && a.from == b.from && a.to == b.to;
}

void check_rewritten(const xmpp::PlainStanza& plain, xml::Element root) {
  for (RootAttributes attributes :
       {plain.attributes, RootAttributes{"a@b/<'\"&\n>", "c", "\t", std::nullopt, "d"}}) {
    const xmpp::Stanza around = xmpp::make_stanza(attributes, plain);
    const xmpp::Stanza written = xmpp::make_stanza(plain.kind, attributes, root);
    must(same(around, written), "a stanza that is written anew has its attributes", around.xml);
    const auto read = xml::parse(around.xml);
    must(read.ok(), "a stanza that is written anew passes the gate", around.xml);
    must(same(xmpp::attributes_of(read->root()), attributes), "what is written anew can be read", around.xml);
    must(xml::write(read->root()) == xml::write(xml::parse(written.xml)->root()),
         "plain text is written anew as a tree is", around.xml + "\n" + written.xml);
  }
}

void check(std::string_view text) {
  const auto plain = xmpp::read_plain(text);
  if (!plain) return;
  const auto document = xml::parse(text);
  must(document.ok(), "what is plain passes the gate", text);
  const xml::Element root = document->root();
  const auto read = xmpp::to_stanza(root);
  must(read.ok() && read->kind == plain->kind, "what is plain is a stanza", text);
  must(same(plain->attributes, xmpp::attributes_of(root)), "attributes are read alike", text);
  size_t children = 0;
  for (xml::Element child = root.first(); child; child = child.next()) ++children;
  must(plain->children == children, "children are counted alike", text);
  const auto tree = xml_tree(text);
  // The second reader separates names with a space, and refuses namespaces that hold one.
  must(!tree || tree == xml_tree(read->xml), "what is plain is in normal form", text);
  check_rewritten(*plain, root);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check(text);
  // What the writer makes of it is plain more often.
  const auto document = xml::parse(text);
  if (!document) return 0;
  const auto stanza = xmpp::to_stanza(document->root());
  if (!stanza) return 0;
  check(stanza->xml);
  const auto again = xmpp::parse_stanza(stanza->xml);
  must(again.ok() && again->xml == stanza->xml, "what is written is read as it is", stanza->xml);
  must(same(*again, *stanza), "what is written is the same stanza", stanza->xml);
  return 0;
}
