// SPDX-License-Identifier: MIT
// What a plugin tells of its state directory without an instance (xp.report/1). [setup] only; waits for the
// disk.
#pragma once

#include <string>

#include "base/result.h"
#include "hosting/services/told_lines.h"

namespace restanza::host {

// False: the plugin has no report. `line` is called before this returns.
Result<bool> run_report(const xp_plugin_desc& plugin, const std::string& state_dir, const OnLine& line);

}  // namespace restanza::host
