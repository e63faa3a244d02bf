// SPDX-License-Identifier: MIT
// Reads settings into a value that the caller empties at its end (mapping/json/json_end.h). The library's own
// function would build it in a value of its own, and destroy that where memory ends meanwhile. Pure, any
// thread. Internal to this folder.
#pragma once

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>

#include "mapping/json/json_end.h"

namespace restanza::config {

// Whether no more tables and lists are inside each other than JSON may have; of what is no JSON it may say
// either.
inline bool within_depth(std::string_view json) {
  size_t depth = 0;
  bool text = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (text && c == '\\') {
      ++i;
    } else if (c == '"') {
      text = !text;
    } else if (!text && (c == '{' || c == '[')) {
      if (++depth > kMaxJsonDepth) return false;
    } else if (!text && (c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return true;
}

// False: it is not one document of JSON; what stands in `value` then means nothing.
inline bool parse_into(nlohmann::json& value, std::string_view json) {
  std::istringstream in{std::string(json)};
  try {
    in >> value;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
  in >> std::ws;
  return in.peek() == std::istringstream::traits_type::eof();
}

}  // namespace restanza::config
