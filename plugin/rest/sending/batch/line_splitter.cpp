// SPDX-License-Identifier: MIT
#include "rest/sending/batch/line_splitter.h"

#include <utility>

#include "base/str.h"

namespace restanza::rest {

void LineSplitter::append(std::string bytes) {
  if (from_ == bytes_.size()) {
    bytes_ = std::move(bytes);
  } else {
    bytes_.erase(0, from_);
    bytes_ += bytes;
  }
  from_ = 0;
}

std::optional<LineSplitter::Line> LineSplitter::next() {
  for (;;) {
    const size_t feed = bytes_.find('\n', from_ + looked_at_);
    const bool found = feed != std::string::npos;
    const size_t end = found ? feed : bytes_.size();
    const std::string_view line = std::string_view(bytes_).substr(from_, end - from_);
    const bool complete = found || (ended_ && !line.empty());
    const bool too_long = !skipping_ && line.size() > limit_;
    if (!complete && !too_long && !skipping_) {
      looked_at_ = line.size();
      return std::nullopt;
    }
    from_ = found ? feed + 1 : end;
    looked_at_ = 0;
    const bool skipped = std::exchange(skipping_, !found && !complete && (too_long || skipping_));
    if (too_long) return Line{true, {}};
    if (!complete) return std::nullopt;
    if (skipped) continue;
    const std::string_view text = trim(line);
    if (!text.empty()) return Line{false, text};
  }
}

}  // namespace restanza::rest
