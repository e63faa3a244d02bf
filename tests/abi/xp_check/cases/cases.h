// SPDX-License-Identifier: MIT
// The kit's cases, a list for each subject, in the order in which they run. Each works on any plugin: what a
// plugin does not have, a hook for example, cannot go wrong with it.
#pragma once

#include <vector>

#include "life.h"

namespace restanza::check {

std::vector<Case> descriptor_cases();
std::vector<Case> life_cases();
std::vector<Case> settings_cases();
std::vector<Case> host_cases();
std::vector<Case> request_cases();
std::vector<Case> stanza_cases();
std::vector<Case> pressure_cases();
std::vector<Case> password_cases();
std::vector<Case> thread_cases();
std::vector<Case> trace_cases();

}  // namespace restanza::check
