// SPDX-License-Identifier: MIT
// Tells what stands in an element, in the order of the document, to somebody who makes something else of it
// than text. Any thread, as for reading a Document; the visitor is called within `walk` only.
#pragma once

#include <string_view>

#include "xml/element.h"

namespace restanza::xml {

class Visitor {
 public:
  virtual ~Visitor() = default;
  virtual void open(Element element, std::string_view ns) = 0;  // its attributes are there to be read
  virtual void text(std::string_view text) = 0;                 // unescaped
  virtual void close() = 0;                                     // of the last element that is still open
};

// The element itself first; nothing for one that is none.
void walk(Element element, Visitor& visitor);

}  // namespace restanza::xml
