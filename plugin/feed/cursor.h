// SPDX-License-Identifier: MIT
// A place in what waits for a consumer: whoever gives it back has all up to it. Clients take its text as it
// is. A plain value and pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "journal/record.h"

namespace restanza::feed {

struct Cursor {
  static constexpr size_t kMaxSize = 256;  // bytes of its text

  std::string identity;  // of the consumer
  journal::Seq seq = 0;  // of the latest kept delivery up to here
  uint64_t missed = 0;   // as many were missed up to here, which is known with it
  std::string run;       // of the program, where `number` is not 0: another run knows no such number
  uint64_t number = 0;   // of what came behind `seq` and is in memory alone: up to which. 0: none of it
};

std::string text_of(const Cursor& cursor);

// Absent where it is the text of none.
std::optional<Cursor> parse_cursor(std::string_view text);

}  // namespace restanza::feed
