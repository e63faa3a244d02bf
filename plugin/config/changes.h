// SPDX-License-Identifier: MIT
// What differs between two settings, and how one keeps a part of the other. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace restanza::config {

// The keys whose values differ, or that only one of the two JSON objects has, in order of their names.
std::vector<std::string> changed_keys(std::string_view before, std::string_view after);

// `after` with what `before` has for these keys, or has not. Both are JSON objects.
std::string keeping(std::string_view before, std::string_view after, const std::vector<std::string>& keys);

}  // namespace restanza::config
