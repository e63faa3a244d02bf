// SPDX-License-Identifier: MIT
#include "xml/walk.h"

#include <tinyxml2.h>

namespace restanza::xml {
namespace {

// Depth is bounded by the gate's limits, and so is the recursion. `ns` is the element's namespace.
void walk_in(Element element, std::string_view ns, Visitor& visitor) {
  visitor.open(element, ns);
  const tinyxml2::XMLNode* child = element.node()->FirstChild();
  for (; child; child = child->NextSibling()) {
    if (child->ToText()) visitor.text(child->Value());
    if (!child->ToElement()) continue;
    // The tree is only read; tinyxml2 has no const element that an Element could hold.
    const Element inner(const_cast<tinyxml2::XMLElement*>(child->ToElement()));
    walk_in(inner, inner.attribute("xmlns").value_or(ns), visitor);
  }
  visitor.close();
}

}  // namespace

void walk(Element element, Visitor& visitor) {
  if (element) walk_in(element, element.ns(), visitor);
}

}  // namespace restanza::xml
