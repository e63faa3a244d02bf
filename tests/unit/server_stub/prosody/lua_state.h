// SPDX-License-Identifier: MIT
// A Lua of the test's own.
#pragma once

#include <lua.hpp>
#include <memory>

namespace restanza {

struct CloseLua {
  void operator()(lua_State* lua) const { lua_close(lua); }
};
using OwnedLua = std::unique_ptr<lua_State, CloseLua>;

inline OwnedLua new_lua() {
  OwnedLua lua(luaL_newstate());
  luaL_openlibs(lua.get());
  return lua;
}

}  // namespace restanza
