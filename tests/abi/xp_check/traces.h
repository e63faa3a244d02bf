// SPDX-License-Identifier: MIT
// What a plugin could leave behind in the process that loads it. One thread, while the plugin has none.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace restanza::check {

std::set<std::string> threads();      // their numbers
std::set<std::string> descriptors();  // "5 -> socket:[4711]"

// Dispositions and mask of signals, working directory, environment, umask, locale, alarms: a line for each.
std::vector<std::string> process_state();

// A signal that may be delivered to a thread which is not in `before`; empty where there is none.
std::string open_to_signals(const std::set<std::string>& before);

// What is in `after` and not in `before`, for people; empty where there is nothing.
std::string added(const std::set<std::string>& before, const std::set<std::string>& after);

}  // namespace restanza::check
