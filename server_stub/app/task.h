// SPDX-License-Identifier: GPL-3.0-or-later
// What an operator has a plugin do without an instance: its library does it (xp.tasks/1), or tells at least
// what lies in the state directory (xp.report/1). The host that runs the plugin may be running. [setup] only;
// `line` is called before this returns.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace restanza::host {

struct TaskWords {
  std::string name;  // "deliveries"
  std::vector<std::string> words = {};
};

// Lines without their ends, for a terminal: control characters are replaced. A plugin that has nothing to
// tell is named as such; one that knows no such task is an error.
Result<void> do_task(const PluginConfig& plugin, const TaskWords& task,
                     const std::function<void(const std::string&)>& line);

}  // namespace restanza::host
