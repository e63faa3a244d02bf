// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace restanza::rest {

// The account that a name means, however it is written: "Alice", "alice" and "alice@localhost" are one, and
// so are accounts of one name at several domains, which is a small price. Any thread.
std::string account_of(std::string_view name);

}  // namespace restanza::rest
