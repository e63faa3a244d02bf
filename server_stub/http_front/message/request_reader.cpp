// SPDX-License-Identifier: MIT
// Looks at each byte of a head once, however it was cut on the way, and refuses as soon as a limit is passed.
#include "http_front/message/request_reader.h"

#include <algorithm>

namespace restanza::host {
namespace {

constexpr size_t kRequestLineRest = 32;  // the longest method, the version and what stands between
constexpr size_t kKeptCapacity = 4096;   // an idle connection holds no larger buffer

}  // namespace

std::optional<Refusal> RequestReader::scan() {
  while (!complete_ && scanned_ < in_.size()) {
    const size_t line_feed = in_.find('\n', scanned_);
    const size_t last = std::min(line_feed, in_.size() - 1);  // byte of the line that is known
    if (lines_ == 0 && last - line_start_ > limits_.max_target_bytes + kRequestLineRest) {
      return Refusal{414, "the target is too long"};
    }
    if (last >= limits_.max_header_bytes) return Refusal{431, "the headers are too large"};
    // A carriage return may be the last byte that has come, and stands before the line feed.
    const size_t from = scanned_ > line_start_ ? scanned_ - 1 : scanned_;
    const size_t expected = line_feed == std::string::npos ? last : line_feed - 1;
    const size_t carriage_return = in_.find('\r', from);
    const bool ended = line_feed != std::string::npos;
    if (ended ? line_feed == line_start_ || carriage_return != expected : carriage_return < expected) {
      return Refusal{400, "a carriage return or a line feed stands alone"};
    }
    scanned_ = last + 1;
    if (!ended) break;
    if (last - line_start_ > 1) {
      ++lines_;
    } else if (lines_ == 0) {
      return Refusal{400, "the request line is empty"};
    } else {
      complete_ = true;
    }
    line_start_ = scanned_;
  }
  return std::nullopt;
}

std::optional<Result<RequestHead, Refusal>> RequestReader::take_head() {
  // RFC 9112 section 2.2: one empty line may come first
  if (!empty_line_ && lines_ == 0 && in_.compare(0, 2, "\r\n") == 0) {
    in_.erase(0, 2);
    scanned_ = 0;
    empty_line_ = true;
  }
  if (auto refusal = scan()) return Result<RequestHead, Refusal>(std::move(*refusal));
  if (!complete_) return std::nullopt;
  auto head = parse_head(std::string_view(in_).substr(0, scanned_ - 2), limits_);
  in_.erase(0, scanned_);
  scanned_ = line_start_ = lines_ = 0;
  complete_ = empty_line_ = false;
  return head;
}

BodyReader::State RequestReader::read_body(BodyReader& body) {
  const auto state = body.read(in_);
  if (in_.empty() && in_.capacity() > kKeptCapacity) std::string().swap(in_);
  return state;
}

}  // namespace restanza::host
