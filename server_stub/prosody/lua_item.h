// SPDX-License-Identifier: MIT
// Gives Lua what has crossed, as several results: its kind, and what belongs to it. Prosody's thread; it has
// nothing to free, for an error of Lua may leave it in the middle.
//
//   "stanza", stanza     "line", level, text     "question", number, name, password
//   "token", number, token     "drained"     "work"
//   "answer", number, code (nil: cut), names and values one behind the other, body
#pragma once

#include <cstdint>
#include <lua.hpp>

#include "prosody/crossing.h"

namespace restanza::host {

// How many results; none where nothing waits. `question`: the number of a password or token that is asked
// for; `metatable`: where the stack has that of stanzas.
int push_item(lua_State* lua, const CrossingItem& item, uint64_t question, int metatable);

}  // namespace restanza::host
