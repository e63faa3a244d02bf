// SPDX-License-Identifier: MIT
// How a case says that a plugin breaks a rule: it throws, and the text is what the user reads behind the
// case's name. Any thread may require; only the case's own thread may let it through.
#pragma once

#include <stdexcept>
#include <string>

namespace restanza::check {

class Failed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline void require(bool kept, const std::string& otherwise) {
  if (!kept) throw Failed(otherwise);
}

// What the case is at, for the report of a crash or a hang: in memory that the parent process reads.
void now_in(const char* what);

}  // namespace restanza::check
