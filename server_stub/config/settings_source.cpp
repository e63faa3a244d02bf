// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/settings_source.h"

#include <optional>
#include <set>

namespace restanza::host {
namespace {

// The line of the path, else of the longest part of it from the top that has one.
std::optional<size_t> line_of(std::string path, const std::map<std::string, size_t>& lines) {
  while (!path.empty()) {
    const auto found = lines.find(path);
    if (found != lines.end()) return found->second;
    const size_t end = path.find_last_of(".[");
    path.erase(end == std::string::npos ? 0 : end);
  }
  return std::nullopt;
}

std::optional<size_t> line_in(const std::string& sentence, const std::map<std::string, size_t>& lines) {
  size_t open = sentence.find('\'');
  while (open != std::string::npos) {
    const size_t close = sentence.find('\'', open + 1);
    if (close == std::string::npos) break;
    if (const auto line = line_of(sentence.substr(open + 1, close - open - 1), lines)) return line;
    open = close;
  }
  return std::nullopt;
}

}  // namespace

bool SettingsSource::names_key(const std::string& sentence) const {
  return line_in(sentence, lines).has_value();
}

std::string SettingsSource::place_of(const std::string& sentence) const {
  if (file.empty()) return {};
  if (line == 0) return file + ": ";
  return file + ":" + std::to_string(line_in(sentence, lines).value_or(line)) + ": ";
}

std::vector<std::string> changed_keys(const SettingsSource& before, const SettingsSource& after) {
  std::set<std::string> changed;
  for (const auto* side : {&before, &after}) {
    const auto& other = side == &before ? after.values : before.values;
    for (const auto& [key, value] : side->values) {
      const auto found = other.find(key);
      if (found == other.end() || found->second != value) changed.insert(key);
    }
  }
  return {changed.begin(), changed.end()};
}

}  // namespace restanza::host
