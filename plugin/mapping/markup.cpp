// SPDX-License-Identifier: MIT
#include "mapping/irregular.h"
#include "mapping/to_json.h"
#include "mapping/writing.h"
#include "xml/gate.h"
#include "xml/writer.h"

namespace restanza::mapping {
namespace {

constexpr const char* kHtmlNs = "http://jabber.org/protocol/xhtml-im";
constexpr const char* kXhtmlNs = "http://www.w3.org/1999/xhtml";
constexpr const char* kMucNs = "http://jabber.org/protocol/muc";
constexpr const char* kOobNs = "jabber:x:oob";

// The body with its markup, without the declaration of the namespace that all of it is in.
std::optional<Json> read_html(xml::Element element, Reading& reading) {
  Visit html(element, reading);
  const xml::Element body = html.child("body", kXhtmlNs);
  if (!body) return std::nullopt;
  std::string text = xml::write(body);
  const std::string declaration = std::string(" xmlns='") + kXhtmlNs + "'";
  const size_t at = text.find(declaration);
  if (at != std::string::npos) text.erase(at, declaration.size());
  return text;
}

void write_html(const Json& value, xml::Element stanza, Writing& writing) {
  const auto text = writing.string(value);
  if (!text) return;
  const std::string begin = std::string("<h:html xmlns:h='") + kHtmlNs + "' xmlns='" + kXhtmlNs + "'>";
  const auto parsed = xml::parse(begin + *text + "</h:html>", {}, begin.size());
  if (!parsed) return writing.fail("must be well-formed XHTML: " + parsed.error().text);
  stanza.add_copy(parsed->root());
}

std::optional<Json> read_oob_url(xml::Element element, Reading&) {
  const xml::Element url = element.child("url", kOobNs);
  if (!url) return std::nullopt;
  return url.text();
}

// Stanzas that became JSON have both this and `oob`, for one element.
void write_oob_url(const Json& value, xml::Element stanza, Writing& writing) {
  const auto url = writing.string(value);
  if (!url) return;
  for (const xml::Element made : xml::children(stanza)) {
    if (made.is("x", kOobNs) && made.child("url", kOobNs).text() == *url) return;
  }
  writing.set_text(stanza.add("x", kOobNs).add("url", kOobNs), *url);
}

void write_join(const Json& value, xml::Element stanza, Writing& writing) {
  const auto join = writing.scalar(Scalar::boolean, value);
  if (join == "1" && !stanza.child("x", kMucNs)) stanza.add("x", kMucNs);
}

}  // namespace

const Irregular kHtml = {Irregular::text, read_html, write_html};
const Irregular kOobUrl = {Irregular::text, read_oob_url, write_oob_url};
const Irregular kJoin = {Irregular::yes, nullptr, write_join};

}  // namespace restanza::mapping
