// SPDX-License-Identifier: MIT
// What every fuzz target is made of: bytes in, and properties that end the program where they do not hold, so
// that libFuzzer and the replay keep the input. One thread; borrows what it is given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace restanza::fuzz {

// `shown` is what the property was asked of.
inline void must(bool holds, const char* property, std::string_view shown = {}) {
  if (holds) return;
  std::fprintf(stderr, "DOES NOT HOLD: %s\n%s\n", property, std::string(shown).c_str());
  std::abort();
}

inline std::string_view text_of(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Inputs that have several parts have them in lines, so that a corpus can be read and written by hand.
inline std::string_view take_line(std::string_view& rest) {
  const size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return line;
}

}  // namespace restanza::fuzz
