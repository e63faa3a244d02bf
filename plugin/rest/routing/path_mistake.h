// SPDX-License-Identifier: MIT
// What a client that asks at a path where nothing is found most likely meant. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "rest/routing/route_table.h"

namespace restanza::rest {

// The text of the refusal, which names the path and a remedy. `path` is what stands below `prefix`, as sent.
std::string path_mistake(const RouteTable& routes, const std::string& prefix, std::string_view method,
                         std::string_view path);

}  // namespace restanza::rest
