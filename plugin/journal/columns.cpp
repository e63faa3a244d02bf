// SPDX-License-Identifier: MIT
#include "journal/columns.h"

#include <algorithm>

namespace restanza::journal {
namespace {

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // of UTF-8
}

size_t characters(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string fit(const std::string& text) {
  std::string out;
  size_t count = 0;
  for (const char c : text) {
    if (begins_character(c) && ++count > kMaxCell) return out + "...";
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7F ? '?' : c;
  }
  return out;
}

}  // namespace

void Columns::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = fit(cell);
  rows_.push_back(std::move(cells));
}

std::string Columns::text() const {
  std::vector<size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], characters(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - characters(row[i]) + 2, ' ');
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

}  // namespace restanza::journal
