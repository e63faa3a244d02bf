// SPDX-License-Identifier: MIT
#include "hosting/return_address.h"

#include <cstdint>
#include <cstring>

namespace restanza::host {

#if defined(__x86_64__)

// Intel 64 manual, volume 2, CALL: E8 with a distance of four bytes, or FF /2 with an operand of 1 to 6
// bytes.
bool ends_with_call(std::string_view code) {
  const auto byte = [&](size_t from_end) { return static_cast<uint8_t>(code[code.size() - from_end]); };
  if (code.size() >= 5 && byte(5) == 0xe8) return true;
  for (size_t size = 2; size <= kLongestCall && size <= code.size(); ++size) {
    if (byte(size) == 0xff && (byte(size - 1) & 0x38) == 0x10) return true;
  }
  return false;
}

#elif defined(__aarch64__)

// Arm's manual of the A-profile: BL, BLR, and BLR with pointer authentication.
bool ends_with_call(std::string_view code) {
  uint32_t word = 0;
  if (code.size() < sizeof word) return false;
  std::memcpy(&word, code.data() + code.size() - sizeof word, sizeof word);
  return (word & 0xfc000000) == 0x94000000 || (word & 0xfefff000) == 0xd63f0000;
}

#else

bool ends_with_call(std::string_view) {
  return true;
}

#endif

}  // namespace restanza::host
