// SPDX-License-Identifier: MIT
#include "journal/header_lines.h"

#include <string_view>

#include "base/str.h"

namespace restanza::journal {

std::string as_lines(const Headers& headers) {
  std::string lines;
  for (const auto& [name, value] : headers) lines += name + ": " + value + "\n";
  return lines;
}

Headers headers_of(const std::string& lines) {
  Headers headers;
  for (const std::string_view line : split(lines, '\n')) {
    const size_t colon = line.find(": ");
    if (colon != std::string_view::npos) headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return headers;
}

}  // namespace restanza::journal
