// SPDX-License-Identifier: MIT
// What an operator has done beside or between the runs of a host, a row for each. Any thread; waits for disks
// and servers.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace restanza {

struct Task {
  std::string name;
  std::vector<std::string> words;  // behind it
  std::string domain, state_dir;   // of the plugin that is meant, as an App has them
  std::string settings_json;
};

bool is_task(std::string_view name);

// `line` hears what came of it, in lines. An error says what is wrong and what to do, and repeats no secret.
Result<void> run_task(const Task& task, const Clock& clock,
                      const std::function<void(std::string_view)>& line);

}  // namespace restanza
