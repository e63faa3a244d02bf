// SPDX-License-Identifier: MIT
// The headers of a remembered answer as the stores keep them: one a line, as on the wire. Pure. For the
// stores.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace restanza::journal {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Neither part can hold a line end.
std::string as_lines(const Headers& headers);
Headers headers_of(const std::string& lines);

}  // namespace restanza::journal
