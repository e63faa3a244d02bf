// SPDX-License-Identifier: GPL-3.0-or-later
// The host's log: lines to standard error, written by a thread of the logging library so that nobody waits
// for a terminal. Any thread.
#pragma once

#include <spdlog/fwd.h>

#include <memory>
#include <string>

#include "base/log.h"

namespace restanza::host {

class LogSink final : public Log {
 public:
  static constexpr size_t kMaxLines = 1024;  // that wait to be written; past it the oldest are dropped

  explicit LogSink(Level least);
  ~LogSink() override;
  void write(Level level, std::string_view line) override;
  void show_from(Level least);
  void finish();  // writes what waits; lines that come later are lost

 private:
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace restanza::host
