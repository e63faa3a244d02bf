// SPDX-License-Identifier: MIT
// What a text, such as a setting, must be beside a text: how long, and of which characters. Plain values and
// pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace restanza {

struct TextRule {
  const char* words;  // "1 to 64 digits"
  bool (*holds)(std::string_view text);
  bool secret = false;  // an error does not show it
};

// An error begins with the key in quotes.
inline Result<void> check_text(const TextRule& rule, const std::string& key, const std::string& text) {
  if (rule.holds(text)) return {};
  return Error{"'" + key + "' must be " + rule.words + (rule.secret ? "" : ", and is '" + text + "'")};
}

}  // namespace restanza
