// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/toml_settings.h"

#include <sstream>

namespace restanza::host {
namespace {

std::string as_json(const toml::node& node) {
  std::ostringstream out;
  out.exceptions(std::ios::badbit);  // else a part that there was no memory for would be left out
  out << toml::json_formatter{node};
  return out.str();
}

// TOML's own limit on depth bounds this one's.
void note_lines(const toml::node& node, const std::string& path, std::map<std::string, size_t>& lines) {
  if (!path.empty()) lines.emplace(path, node.source().begin.line);
  if (const auto* table = node.as_table()) {
    for (const auto& [key, value] : *table) {
      note_lines(value, path + (path.empty() ? "" : ".") + std::string(key.str()), lines);
    }
  } else if (const auto* list = node.as_array()) {
    for (size_t i = 0; i < list->size(); ++i) {
      note_lines(*list->get(i), path + "[" + std::to_string(i) + "]", lines);
    }
  }
}

}  // namespace

std::string to_json(const toml::table& settings) {
  return as_json(settings);
}

SettingsSource source_of(const toml::table& settings, const std::string& file) {
  SettingsSource source;
  source.file = file;
  source.line = settings.source().begin.line;
  note_lines(settings, "", source.lines);
  for (const auto& [key, value] : settings) source.values.emplace(std::string(key.str()), as_json(value));
  return source;
}

}  // namespace restanza::host
