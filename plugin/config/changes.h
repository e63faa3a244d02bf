// SPDX-License-Identifier: MIT
// What differs between two settings. Pure function, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace restanza::config {

// The keys whose values differ, or that only one of the two JSON objects has, in order of their names.
std::vector<std::string> changed_keys(std::string_view before, std::string_view after);

}  // namespace restanza::config
