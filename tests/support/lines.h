// SPDX-License-Identifier: MIT
// A log that keeps its lines. Any thread.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "base/log.h"

namespace restanza {

class Lines final : public Log {
 public:
  void write(Level level, std::string_view line) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    lines_.emplace_back(level, line);
  }

  // Those of one level, a line each.
  std::string of(Level level) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::string out;
    for (const auto& [at, line] : lines_) {
      if (at == level) out += line + "\n";
    }
    return out;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<Level, std::string>> lines_;
};

}  // namespace restanza
