// SPDX-License-Identifier: MIT
// A set of bytes, for the alphabets that much text is checked against: made when the program is compiled, one
// look into a table for each byte. Any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace restanza {

class ByteSet {
 public:
  template <class Member>
  constexpr explicit ByteSet(Member member) {
    for (size_t i = 0; i < sizeof in_; ++i) in_[i] = member(static_cast<char>(i));
  }

  bool has(char c) const { return in_[static_cast<unsigned char>(c)]; }

  // How much of the text's beginning is of these bytes. Most text is to its end, so it is looked at in
  // eights.
  size_t prefix(std::string_view text) const {
    size_t length = 0;
    while (length + 8 <= text.size() && hold_eight(text.data() + length)) length += 8;
    while (length < text.size() && has(text[length])) ++length;
    return length;
  }

  bool hold(std::string_view text) const { return prefix(text) == text.size(); }

 private:
  bool hold_eight(const char* at) const {
    bool all = true;  // without a branch for each
    for (size_t i = 0; i < 8; ++i) all &= has(at[i]);
    return all;
  }

  bool in_[256] = {};
};

}  // namespace restanza
