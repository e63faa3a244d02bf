// SPDX-License-Identifier: MIT
// A setting as people see it, and how a list of them is printed. Shared by the plugin and the host. Plain
// values and pure functions, any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace restanza::settings {

struct Row {
  std::string key;
  std::string type;           // "whole number"
  std::string bounds;         // "1 to 256"; empty: none beside the type
  std::string default_value;  // as it is written, or a word such as "none", "required"
  std::string sentence;       // what it means; `code` stands between backquotes
  bool live = true;           // a reload changes it; false: it needs a restart
};

// Rows that stand together, under a heading.
struct Section {
  std::string title;
  std::vector<Row> rows;
  std::string table = {};  // the key of the list whose tables have them; empty: they stand at the top
};

// How a default is shown, and the numbers in bounds.
std::string shown(bool value);
std::string shown(uint64_t value);
std::string shown(double value);
std::string shown(std::chrono::milliseconds value);  // in seconds
std::string shown(const std::string& value);         // none where it is empty
std::string shown(const std::vector<std::string>& list);

std::string as_markdown(const Section& section);  // a heading and a table
std::string as_text(const Section& section);      // for a terminal of 80 columns

}  // namespace restanza::settings
