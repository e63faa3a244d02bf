// SPDX-License-Identifier: GPL-3.0-or-later
// What a plugin keeps in its state directory, told by its library without an instance (xp.report/1); the host
// that uses the directory may be running. [setup] only; `line` is called before this returns.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "config/config.h"

namespace restanza::host {

// Lines without their ends, for a terminal: control characters are replaced. A plugin that has nothing to
// tell is named as such.
Result<void> report(const PluginConfig& plugin, const std::function<void(const std::string&)>& line);

}  // namespace restanza::host
