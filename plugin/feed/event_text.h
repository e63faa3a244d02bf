// SPDX-License-Identifier: MIT
// The text of Server-Sent Events (WHATWG HTML, section 9.2). Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace restanza::feed {

inline constexpr const char* kEventComment = ":\n\n";  // says nothing, and keeps proxies awake

// One event behind what is there. `id`: a client that comes again has had all up to it; empty: as before.
// `name`: its type; empty: "message". Neither has a line end. `data` may have any, and comes as it is, but
// that each line end is one LF.
void append_event(std::string& text, std::string_view id, std::string_view name, std::string_view data);

}  // namespace restanza::feed
