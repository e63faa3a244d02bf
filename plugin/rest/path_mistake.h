// SPDX-License-Identifier: MIT
// What a client that asks at a path where nothing is found most likely meant. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rest/target.h"

namespace restanza::rest {

// The query that a GET asks at this path, of those that are known.
std::optional<Target> known_query(std::string_view path);

// The text of the refusal, which names the path and a remedy. `path` is what stands below `prefix`, as sent.
std::string path_mistake(const std::string& prefix, std::string_view method, std::string_view path);

}  // namespace restanza::rest
