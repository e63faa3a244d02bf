// SPDX-License-Identifier: MIT
#include "settings/json_form.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace restanza::settings {
namespace {

struct TypeWords {
  std::string_view words;
  uint32_t types;
};

// Where a list of texts is read, one text alone is a list of one.
constexpr TypeWords kTypes[] = {{"true or false", kBoolean},
                                {"whole number", kNumber},
                                {"number", kNumber},
                                {"whole seconds", kNumber},
                                {"seconds", kNumber},
                                {"text", kString},
                                {"list of texts", kArray | kString},
                                {"list of tables", kArray},
                                {"text or table", kString | kObject},
                                {"true, false or list of tables", kBoolean | kArray}};

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

// What stands between the backquotes of a text that is code as a whole; else nothing.
std::string code_of(const std::string& text) {
  const bool whole = text.size() > 2 && text.front() == '`' && text.find('`', 1) == text.size() - 1;
  return whole ? text.substr(1, text.size() - 2) : std::string();
}

}  // namespace

uint32_t json_types(const Row& row) {
  const auto* const found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                         [&row](const TypeWords& each) { return each.words == row.type; });
  return found == std::end(kTypes) ? 0 : found->types;
}

std::string default_json(const Row& row) {
  const uint32_t types = json_types(row);
  const std::string& words = row.default_value;
  if (types == kBoolean) return words == "true" || words == "false" ? words : std::string();
  if (types == kNumber) return is_number(words) ? words : std::string();
  std::string code = code_of(words);
  if (code.empty() || code[0] == '"' || code[0] == '[') return code;
  return "\"" + code + "\"";
}

}  // namespace restanza::settings
