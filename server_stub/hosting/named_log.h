// SPDX-License-Identifier: MIT
// The lines of one plugin, each with its name before it. Any thread.
#pragma once

#include <string>
#include <utility>

#include "base/log.h"

namespace restanza::host {

class NamedLog final : public Log {
 public:
  NamedLog(std::string name, Log& log) : name_(std::move(name)), log_(log) {}
  void write(Level level, std::string_view line) override {
    log_.write(level, name_ + ": " + std::string(line));
  }

 private:
  const std::string name_;
  Log& log_;
};

}  // namespace restanza::host
