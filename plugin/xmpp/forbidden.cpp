// SPDX-License-Identifier: MIT
#include "xmpp/forbidden.h"

#include <stringprep.h>

#include <algorithm>
#include <cstdio>

#include "base/str.h"

namespace restanza::xmpp {
namespace {

constexpr std::string_view kEscaped = " \"&'/:<>@\\";  // XEP-0106 section 3.1

// The bytes of the character that begins the text, which is UTF-8.
size_t width(std::string_view text) {
  size_t bytes = 1;
  while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) ++bytes;
  return bytes;
}

unsigned code_point(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  unsigned value = character.size() == 1 ? first : first & (0x7FU >> character.size());
  for (const char c : character.substr(1)) value = value << 6 | (static_cast<unsigned char>(c) & 0x3FU);
  return value;
}

}  // namespace

std::string named_character(std::string_view character) {
  if (character == " ") return "a space";
  if (character.size() == 1 && character[0] > ' ' && character[0] < '\x7F')
    return "'" + std::string(character) + "'";
  char name[16];
  std::snprintf(name, sizeof name, "U+%04X", code_point(character));
  return name;
}

std::string escaping_of(std::string_view character) {
  if (character.size() != 1 || kEscaped.find(character[0]) == std::string_view::npos) return {};
  return "; XEP-0106 writes it as '\\" + hex(character) + "'";
}

std::string_view first_forbidden(std::string_view text, const Stringprep_table* profile) {
  for (; !text.empty(); text.remove_prefix(width(text))) {
    const std::string_view character = text.substr(0, width(text));
    char buffer[64] = {};  // what one character becomes is shorter
    std::copy(character.begin(), character.end(), buffer);
    const int status = stringprep(buffer, sizeof buffer, static_cast<Stringprep_profile_flags>(0), profile);
    if (status == STRINGPREP_CONTAINS_PROHIBITED) return character;
  }
  return {};
}

}  // namespace restanza::xmpp
