// SPDX-License-Identifier: MIT
#include "settings/row.h"

#include <algorithm>
#include <cstdio>

namespace restanza::settings {
namespace {

constexpr size_t kColumns = 80;

std::string kind_of(const Row& row) {
  return row.bounds.empty() ? row.type : row.type + ", " + row.bounds;
}

std::string default_of(const Row& row) {
  return (row.default_value == "required" ? "" : "default: ") + row.default_value;
}

std::string without_code(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '`'), text.end());
  return text;
}

// Lines of whole words, the first behind `indent` spaces, the others behind `further`. A word that is longer
// than a line has one of its own.
std::string wrapped(const std::string& text, size_t indent, size_t further) {
  std::string out, line;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!line.empty() && indent + line.size() + 1 + word.size() > kColumns) {
      out += std::string(indent, ' ') + line + "\n";
      line.clear();
      indent = further;
    }
    line += (line.empty() ? "" : " ") + word;
    begin = end + 1;
  }
  return out + std::string(indent, ' ') + line + "\n";
}

}  // namespace

std::string shown(bool value) {
  return value ? "true" : "false";
}

std::string shown(uint64_t value) {
  return std::to_string(value);
}

std::string shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.15g", value);
  return text;
}

std::string shown(std::chrono::milliseconds value) {
  return shown(static_cast<double>(value.count()) / 1000);
}

std::string shown(const std::string& value) {
  return value.empty() ? "none" : "`\"" + value + "\"`";
}

std::string shown(const std::vector<std::string>& list) {
  if (list.empty()) return "none";
  std::string out;
  for (const std::string& each : list) out.append(out.empty() ? "`[\"" : ", \"").append(each).append("\"");
  return out + "]`";
}

std::string as_markdown(const Section& section) {
  std::string out =
      "## " + section.title + "\n\n| key | type | default | changes | |\n| --- | --- | --- | --- | --- |\n";
  for (const Row& row : section.rows) {
    out += "| `" + row.key + "` | " + kind_of(row) + " | " + row.default_value + " | " +
           (row.live ? "SIGHUP" : "restart") + " | " + row.sentence + " |\n";
  }
  return out;
}

std::string as_text(const Section& section) {
  std::string out = section.title + "\n";
  for (const Row& row : section.rows) {
    const std::string head =
        row.key + ": " + kind_of(row) + "; " + default_of(row) + (row.live ? "" : "; restart");
    out += "\n" + wrapped(without_code(head), 2, 4) + wrapped(without_code(row.sentence), 6, 6);
  }
  return out;
}

}  // namespace restanza::settings
