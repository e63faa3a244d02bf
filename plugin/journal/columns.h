// SPDX-License-Identifier: MIT
// Rows of text under each other. What comes from outside cannot draw on a terminal: control characters are
// shown as a question mark. One thread. Internal to this folder.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace restanza::journal {

inline constexpr size_t kMaxCell = 60;  // characters; what is longer ends in "..."

class Columns {
 public:
  explicit Columns(std::vector<std::string> names) { add(std::move(names)); }
  void add(std::vector<std::string> cells);  // as many as there are names
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace restanza::journal
