// SPDX-License-Identifier: MIT
// A JSON object of texts and numbers only, as what a query string would say. Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace restanza::mapping {

// Its members by name. The error says what is wrong, and names the member that is neither text nor number.
Result<std::vector<std::pair<std::string, std::string>>> parse_flat_json(std::string_view json);

}  // namespace restanza::mapping
