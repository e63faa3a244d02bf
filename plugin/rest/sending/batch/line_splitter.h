// SPDX-License-Identifier: MIT
// Cuts bytes into lines as they come, each at its line feed; the last one may lack it. Lines without anything
// but white space are left out. A line that is longer than the limit is told once, by its length alone, and
// skipped up to its end. Keeps what was appended and not taken yet. One thread at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace restanza::rest {

class LineSplitter {
 public:
  explicit LineSplitter(size_t limit) : limit_(limit) {}

  struct Line {
    bool too_long;          // then the text is empty
    std::string_view text;  // valid until the next call; without white space at both ends
  };

  void append(std::string bytes);
  void end() { ended_ = true; }  // nothing more comes
  std::optional<Line> next();    // absent: there is none without more bytes

  size_t kept() const { return bytes_.size() - from_; }

 private:
  const size_t limit_;
  std::string bytes_;
  size_t from_ = 0;       // of what is not taken
  size_t looked_at_ = 0;  // from there on
  bool skipping_ = false;
  bool ended_ = false;
};

}  // namespace restanza::rest
