// SPDX-License-Identifier: MIT
// Patterns of addresses, as settings write them: '*' stands for any run of characters. Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace restanza::xmpp {

// Whether a pattern with stars covers a prepared address. A pattern without '/' covers every resource of what
// it covers; a star never reaches from the bare address into the resource, which its owner chooses freely.
bool covers(std::string_view pattern, std::string_view jid);

// Whether one of them does; a list without patterns limits nothing.
bool covers(const std::vector<std::string>& patterns, std::string_view jid);

}  // namespace restanza::xmpp
