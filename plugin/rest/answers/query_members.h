// SPDX-License-Identifier: MIT
// The names and values in a request: in its query, "a=b&c=d", or in a body that says the same. Pure, any
// thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/request.h"
#include "rest/answers/refusal.h"

namespace restanza::rest {

using Members = std::vector<std::pair<std::string, std::string>>;

// In order, unescaped. A '+' stands for itself, as in "12:00:00+02:00".
Result<Members, Refusal> query_members(std::string_view query);

// Of the query, or of the body where there is one, which must be JSON then.
Result<Members, Refusal> members_of(const http::Request& request);

}  // namespace restanza::rest
