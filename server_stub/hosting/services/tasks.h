// SPDX-License-Identifier: MIT
// What a plugin does by name and without an instance (xp.tasks/1). [setup] only; waits for disks and
// networks.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "hosting/services/told_lines.h"

namespace restanza::host {

struct Task {
  std::string name;
  std::vector<std::string> words;
  std::string domain, state_dir, settings_json;  // of the plugin; without a state directory it is empty
};

// False: the plugin knows no such task. `line` is called before this returns.
Result<bool> run_task(const xp_plugin_desc& plugin, const Task& task, const OnLine& line);

}  // namespace restanza::host
