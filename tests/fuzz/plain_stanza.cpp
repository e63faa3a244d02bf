// SPDX-License-Identifier: MIT
// The reader of stanzas in plain form, against the gate. Input: a stanza in XML.
// What counts as plain passes the gate, stands in normal form, and is the same stanza for both.
#include "xmpp/plain_stanza.h"

#include "fuzz/property.h"
#include "support/xml_tree.h"
#include "xml/gate.h"
#include "xml/writer.h"
#include "xmpp/stanza.h"

using namespace restanza;
using fuzz::must;

namespace {

void check_same(const xmpp::Stanza& plain, const xmpp::Stanza& read) {
  must(plain.kind == read.kind, "kinds are read alike", plain.xml);
  must(plain.type == read.type && plain.id == read.id, "types and ids are read alike", plain.xml);
  must(plain.from == read.from && plain.to == read.to, "addresses are read alike", plain.xml);
}

void check(std::string_view text) {
  const auto plain = xmpp::plain_stanza(text);
  if (!plain) return;
  must(plain->xml == text, "plain text goes on as it stands", text);
  const auto document = xml::parse(text);
  must(document.ok(), "what is plain passes the gate", text);
  const auto read = xmpp::to_stanza(document->root());
  must(read.ok(), "what is plain is a stanza", text);
  check_same(*plain, *read);
  const auto tree = xml_tree(text);
  // The second reader separates names with a space, and refuses namespaces that hold one.
  must(!tree || tree == xml_tree(read->xml), "what is plain is in normal form", text);
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
  check_same(*again, *stanza);
  return 0;
}
