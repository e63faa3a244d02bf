// SPDX-License-Identifier: MIT
// Where log lines go. Any thread; never blocks. A line holds no secret and no stanza body.
#pragma once

#include <string_view>

namespace restanza {

enum class Level { debug, info, warn, error, host_bug, plugin_bug };

class Log {
 public:
  virtual ~Log() = default;
  virtual void write(Level level, std::string_view line) = 0;

  void debug(std::string_view line) { write(Level::debug, line); }
  void info(std::string_view line) { write(Level::info, line); }
  void warn(std::string_view line) { write(Level::warn, line); }
  void error(std::string_view line) { write(Level::error, line); }
};

}  // namespace restanza
