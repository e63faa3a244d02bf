// SPDX-License-Identifier: MIT
// Elements as text. What is written reads back as the same tree: line ends and tabs in attributes, which a
// parser would normalize away (XML 1.0 section 3.3.3), are written as character references. Pure functions,
// any thread.
#pragma once

#include <string>
#include <string_view>

#include "xml/element.h"

namespace restanza::xml {

// The element with everything in it. In the content namespace it stands without xmlns, as a stanza does on a
// stream; any other namespace is declared.
std::string write(Element element);

std::string escape_text(std::string_view text);
std::string escape_attribute(std::string_view value);  // for single or double quotes

}  // namespace restanza::xml
