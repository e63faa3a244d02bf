// SPDX-License-Identifier: MIT
// A line in the log for each credential that was refused: who it claims to be, from where, for what, and why;
// for people, and for programs that lock out addresses. Never a secret: of what a client sends only the
// claimed name, the method and the path without its query are shown, escaped and cut. A flood of failures
// does not flood the log.
// Any thread. The timer, the clock and the log must outlive it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "base/timer.h"
#include "http/request.h"

namespace restanza::rest {

class Audit {
 public:
  static constexpr size_t kLines = 10;    // in a second; how many more there were stands in one more line
  static constexpr size_t kName = 64;     // bytes that are shown of a name, before they are escaped
  static constexpr size_t kPath = 128;    // of a path
  static constexpr size_t kReason = 128;  // of a reason, which may name an address
  static constexpr size_t kMethod = 16;   // of a method

  // `prefix` stands before each path.
  Audit(std::string prefix, const Clock& clock, Timer& timer, Log& log);
  ~Audit();
  Audit(const Audit&) = delete;
  Audit& operator=(const Audit&) = delete;

  void refused(const http::Request& request, std::string_view who, std::string_view why) const;

 private:
  class Lines;
  const std::string prefix_;
  const std::shared_ptr<Lines> lines_;
};

// At most `most` bytes of the text as a line may show them: in double quotes, and what is not printable ASCII
// as \xNN.
std::string quoted(std::string_view text, size_t most);

}  // namespace restanza::rest
