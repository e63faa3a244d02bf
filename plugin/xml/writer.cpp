// SPDX-License-Identifier: MIT
#include "xml/writer.h"

#include <tinyxml2.h>

namespace restanza::xml {
namespace {

void append_escaped(std::string& out, std::string_view text, bool attribute) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\r':
        out += "&#13;";
        break;
      case '\'':
        attribute ? out += "&apos;" : out += c;
        break;
      case '"':
        attribute ? out += "&quot;" : out += c;
        break;
      case '\n':
        attribute ? out += "&#10;" : out += c;
        break;
      case '\t':
        attribute ? out += "&#9;" : out += c;
        break;
      default:
        out += c;
    }
  }
}

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
  out += ' ';
  out += name;
  out += "='";
  append_escaped(out, value, true);
  out += '\'';
}

// Depth is bounded by the gate's limits, and so is the recursion. `outer` is the namespace that stands
// around.
void append(std::string& out, Element element, std::string_view outer) {
  out += '<';
  out += element.name();
  const std::string_view ns = element.ns();
  if (ns != outer) append_attribute(out, "xmlns", ns);
  for (const tinyxml2::XMLAttribute* at = element.node()->FirstAttribute(); at; at = at->Next()) {
    if (std::string_view(at->Name()) != "xmlns") append_attribute(out, at->Name(), at->Value());
  }
  const tinyxml2::XMLNode* child = element.node()->FirstChild();
  if (!child) {
    out += "/>";
    return;
  }
  out += '>';
  for (; child; child = child->NextSibling()) {
    if (child->ToText()) append_escaped(out, child->Value(), false);
    // The tree is only read; tinyxml2 has no const element that an Element could hold.
    if (child->ToElement()) append(out, Element(const_cast<tinyxml2::XMLElement*>(child->ToElement())), ns);
  }
  out += "</";
  out += element.name();
  out += '>';
}

}  // namespace

std::string write(Element element) {
  std::string out;
  if (element) append(out, element, kContentNamespace);
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
