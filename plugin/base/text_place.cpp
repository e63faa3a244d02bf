// SPDX-License-Identifier: MIT
#include "base/text_place.h"

#include <algorithm>

namespace restanza {
namespace {

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

}  // namespace

std::string place_in(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const size_t end_of_line = before.rfind('\n');
  const std::string_view line =
      end_of_line == std::string_view::npos ? before : before.substr(end_of_line + 1);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const auto characters = std::count_if(line.begin(), line.end(), begins_character);
  return "line " + std::to_string(lines + 1) + ", column " + std::to_string(characters + 1);
}

}  // namespace restanza
