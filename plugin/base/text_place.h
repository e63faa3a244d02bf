// SPDX-License-Identifier: MIT
// Where something stands in a text, as people find it in an editor. Pure, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace restanza {

// "line 2, column 5" of the byte at `offset`, both counted from 1. Lines end with LF; a column is a character
// of UTF-8, and not a byte. An offset past the text counts as its end.
std::string place_in(std::string_view text, size_t offset);

}  // namespace restanza
