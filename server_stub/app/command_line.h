// SPDX-License-Identifier: GPL-3.0-or-later
// The command line of restanza-host. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace restanza::host {

struct CommandLine {
  std::string config;   // --config FILE; empty: the development server
  std::string webhook;  // --webhook URL; empty: none
  bool check = false;
  bool deliveries = false;
  bool migrate = false;
  std::string copy_from, copy_to;  // --journal-copy FROM TO; empty: not asked for
  bool settings = false;
  bool version = false;
  bool help = false;
};

// What --help prints: at most 24 lines of 80 columns.
extern const char* const kHelp;

// `words`: without the program's name. An error is one line.
Result<CommandLine> read_command_line(const std::vector<std::string>& words);

}  // namespace restanza::host
