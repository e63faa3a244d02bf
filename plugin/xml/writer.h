// SPDX-License-Identifier: MIT
// Elements as text. What is written reads back as the same tree: line ends and tabs in attributes, which a
// parser would normalize away (XML 1.0 section 3.3.3), are written as character references. Pure functions,
// any thread.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "xml/element.h"

namespace restanza::xml {

// The element with everything in it. In the content namespace it stands without xmlns, as a stanza does on a
// stream; any other namespace is declared.
std::string write(Element element);

// The same for one in the content namespace, with these attributes instead of its own; an absent one is left
// out.
using NamedValue = std::pair<std::string_view, std::optional<std::string_view>>;
std::string write_with(Element element, std::initializer_list<NamedValue> attributes);

// The same for what stands inside as text already.
std::string write_around(std::string_view name, std::initializer_list<NamedValue> attributes,
                         std::string_view inside);

std::string escape_text(std::string_view text);
std::string escape_attribute(std::string_view value);  // for single or double quotes

}  // namespace restanza::xml
