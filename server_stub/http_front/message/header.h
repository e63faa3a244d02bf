// SPDX-License-Identifier: MIT
// A header field: its name and its value. A plain value.
#pragma once

#include <string>
#include <utility>

namespace restanza::host {

using Header = std::pair<std::string, std::string>;

}  // namespace restanza::host
