// SPDX-License-Identifier: MIT
// The function of Lua that loads a plugin; lua_module.cpp says what it takes. Prosody's thread.
#pragma once

#include <lua.hpp>

namespace restanza::host {

int load_plugin(lua_State* lua);

}  // namespace restanza::host
