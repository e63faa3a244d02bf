// SPDX-License-Identifier: MIT
// How new settings keep a part of the earlier ones. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace restanza::config {

// `after` with what `before` has for these keys, or has not. Both are JSON objects.
std::string keeping(std::string_view before, std::string_view after, const std::vector<std::string>& keys);

}  // namespace restanza::config
