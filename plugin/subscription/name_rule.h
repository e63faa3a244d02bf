// SPDX-License-Identifier: MIT
// What can be the name of a queue that stanzas wait in: paths, logs, metrics and the journal name it so.
#pragma once

#include <string_view>

#include "settings/text_rule.h"

namespace restanza::subscription {

inline bool is_name(std::string_view name) {
  constexpr size_t kMaxName = 64;
  constexpr std::string_view kCharacters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  const bool dots = name == "." || name == "..";  // what a path means by these is another thing
  return !name.empty() && name.size() <= kMaxName && !dots &&
         name.find_first_not_of(kCharacters) == std::string_view::npos;
}

inline constexpr TextRule kNameRule{"1 to 64 letters of ASCII, digits, '.', '_' and '-'", is_name};

}  // namespace restanza::subscription
