// SPDX-License-Identifier: MIT
// What a connection has received and nobody has used yet: finds where a head ends, then hands the rest to the
// body's reader. A slow sender therefore waits here, in a buffer, and keeps no thread.
//
// Threads: the loop's only. Ownership: keeps the unused bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http_front/message/body_reader.h"
#include "http_front/message/request_head.h"

namespace restanza::host {

class RequestReader {
 public:
  explicit RequestReader(const HeadLimits& limits) : limits_(limits) {}

  void feed(std::string_view bytes) { in_.append(bytes); }
  bool empty() const { return in_.empty(); }
  size_t size() const { return in_.size(); }
  void clear() { std::string().swap(in_); }  // the buffer too

  // Absent: the head is not complete yet.
  std::optional<Result<RequestHead, Refusal>> take_head();
  BodyReader::State read_body(BodyReader& body);

 private:
  std::optional<Refusal> scan();  // moves the marks below over what is new

  const HeadLimits& limits_;
  std::string in_;
  size_t scanned_ = 0;     // bytes that were looked at
  size_t line_start_ = 0;  // of the line that scanned_ stands in
  size_t lines_ = 0;       // that are complete
  bool complete_ = false;
  bool empty_line_ = false;  // one came before the head
};

}  // namespace restanza::host
