// SPDX-License-Identifier: MIT
#include "mapping/naming.h"

#include "base/str.h"

namespace restanza::mapping {

std::string printable(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, kMaxNameBytes)) {
    c > ' ' && c < '\x7f' && c != ',' ? out += c : out += percent_encode({&c, 1});
  }
  return out;
}

void add_name(std::vector<std::string>& names, std::string_view name) {
  if (names.size() >= kMaxNames) return;
  std::string shown = printable(name);
  size_t bytes = shown.size();
  for (const std::string& other : names) {
    if (other == shown) return;
    bytes += other.size();
  }
  if (bytes <= kMaxNamesBytes) names.push_back(std::move(shown));
}

std::string pointer(const std::vector<std::string>& path) {
  std::string out;
  for (const std::string& step : path) {
    out += '/';
    for (const char c : step) c == '~' ? out += "~0" : c == '/' ? out += "~1" : out += c;
  }
  return out;
}

std::string clark(xml::Element element) {
  return "{" + std::string(element.ns()) + "}" + std::string(element.name());
}

}  // namespace restanza::mapping
