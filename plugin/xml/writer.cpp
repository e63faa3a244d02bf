// SPDX-License-Identifier: MIT
#include "xml/writer.h"

#include <tinyxml2.h>

#include "base/byte_set.h"

namespace restanza::xml {
namespace {

constexpr size_t kUsualBytes = 512;  // of a stanza; a longer one grows

// What a character is written as; null where it stands for itself.
constexpr const char* escape_of(char c, bool attribute) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '\r':
      return "&#13;";
    case '\'':
      return attribute ? "&apos;" : nullptr;
    case '"':
      return attribute ? "&quot;" : nullptr;
    case '\n':
      return attribute ? "&#10;" : nullptr;
    case '\t':
      return attribute ? "&#9;" : nullptr;
    default:
      return nullptr;
  }
}

constexpr ByteSet kVerbatim([](char c) { return !escape_of(c, true); });

// Most text holds nothing to escape, and is copied in whole runs.
void append_escaped(std::string& out, std::string_view text, bool attribute) {
  for (;;) {
    const size_t verbatim = kVerbatim.prefix(text);
    out.append(text, 0, verbatim);
    if (verbatim == text.size()) return;
    const char* escape = escape_of(text[verbatim], attribute);
    escape ? out.append(escape) : out.append(1, text[verbatim]);
    text.remove_prefix(verbatim + 1);
  }
}

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
  out += ' ';
  out += name;
  out += "='";
  append_escaped(out, value, true);
  out += '\'';
}

// Depth is bounded by the gate's limits, and so is the recursion. `ns` is the element's namespace, `outer`
// the one that stands around.
void append(std::string& out, Element element, std::string_view ns, std::string_view outer);

// What stands inside, and the end of the element.
void append_rest(std::string& out, std::string_view name, Element element, std::string_view ns) {
  const tinyxml2::XMLNode* child = element.node()->FirstChild();
  if (!child) {
    out += "/>";
    return;
  }
  out += '>';
  for (; child; child = child->NextSibling()) {
    if (child->ToText()) append_escaped(out, child->Value(), false);
    if (!child->ToElement()) continue;
    // The tree is only read; tinyxml2 has no const element that an Element could hold.
    const Element inner(const_cast<tinyxml2::XMLElement*>(child->ToElement()));
    append(out, inner, inner.attribute("xmlns").value_or(ns), ns);
  }
  out.append("</").append(name) += '>';
}

void append(std::string& out, Element element, std::string_view ns, std::string_view outer) {
  const std::string_view name = element.name();
  (out += '<').append(name);
  if (ns != outer) append_attribute(out, "xmlns", ns);
  for (const tinyxml2::XMLAttribute* at = element.node()->FirstAttribute(); at; at = at->Next()) {
    const std::string_view attribute = at->Name();
    if (attribute != "xmlns") append_attribute(out, attribute, at->Value());
  }
  append_rest(out, name, element, ns);
}

// A start tag that lacks its end, with room for what follows.
std::string begun(std::string_view name, std::initializer_list<NamedValue> attributes, size_t more) {
  std::string out;
  out.reserve(kUsualBytes + more);
  (out += '<').append(name);
  for (const auto& [attribute, value] : attributes) {
    if (value) append_attribute(out, attribute, *value);
  }
  return out;
}

}  // namespace

std::string write(Element element) {
  std::string out;
  if (element) append(out, element, element.ns(), kContentNamespace);
  return out;
}

std::string write_around(std::string_view name, std::initializer_list<NamedValue> attributes,
                         std::string_view inside) {
  std::string out = begun(name, attributes, inside.size());
  if (inside.empty()) return out += "/>";
  out.append(">").append(inside).append("</").append(name);
  return out += '>';
}

std::string write_with(Element element, std::initializer_list<NamedValue> attributes) {
  const std::string_view name = element.name();
  std::string out = begun(name, attributes, 0);
  append_rest(out, name, element, kContentNamespace);
  return out;
}

std::string escape_text(std::string_view text) {
  std::string out;
  append_escaped(out, text, false);
  return out;
}

std::string escape_attribute(std::string_view value) {
  std::string out;
  append_escaped(out, value, true);
  return out;
}

}  // namespace restanza::xml
