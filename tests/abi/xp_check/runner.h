// SPDX-License-Identifier: MIT
// Runs one case in a process of its own and says how it ended. One thread; the plugin is loaded in the other
// process only.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace restanza::check {

// Why the case failed; empty where it passed. A crash or a hang says where it was.
std::string run_apart(const std::function<void()>& work, std::chrono::seconds limit);

}  // namespace restanza::check
