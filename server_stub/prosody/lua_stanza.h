// SPDX-License-Identifier: MIT
// Makes a stanza of Prosody's (util.stanza) on the stack of Lua: a table with name, attr, tags and its
// children in order. Prosody's thread. An error of Lua may leave it in the middle, so it has nothing to free.
#pragma once

#include <lua.hpp>

#include "prosody/flat_stanza.h"

namespace restanza::host {

// `metatable`: where the stack has util.stanza's stanza_mt, counted from its bottom.
void push_stanza(lua_State* lua, const FlatStanza& stanza, int metatable);

}  // namespace restanza::host
