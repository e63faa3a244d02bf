// SPDX-License-Identifier: MIT
#include "prosody/lua_load.h"

#include <string>

#include "support/catch.h"
#include "unit/server_stub/prosody/lua_state.h"

using namespace restanza;

namespace {

// Why a plugin that is nowhere is not loaded, where HTTP is to be served at these places.
std::string why_not(const std::string& addresses) {
  const OwnedLua owned = new_lua();
  lua_State* const lua = owned.get();
  lua_pushcfunction(lua, host::load_plugin);
  for (const char* text : {"/no/where.so", "rest.localhost", "/rest", "", "{}", "1.0"})
    lua_pushstring(lua, text);
  lua_pushstring(lua, addresses.c_str());
  for (const char* text : {"", ""}) lua_pushstring(lua, text);
  lua_pushboolean(lua, 0);
  REQUIRE(lua_pcall(lua, 10, 2, 0) == LUA_OK);
  CHECK(lua_isnil(lua, -2));
  return lua_tostring(lua, -1);
}

}  // namespace

TEST_CASE("places to listen at are lines, and one that is none is named before anything is loaded") {
  CHECK_THAT(why_not("tcp 127.0.0.1 5290\nunix /tmp/x y.sock\ntcp ::1 0"), Contains("cannot be loaded"));
  for (const char* wrong :
       {"tcp", "tcp 127.0.0.1", "tcp 127.0.0.1 x", "tcp 127.0.0.1 5290x", "tcp 127.0.0.1 65536"})
    CHECK(why_not(wrong) == "'" + std::string(wrong) + "' is nothing to listen at");
  CHECK(why_not("tcp 127.0.0.1 5290\nother") == "'other' is nothing to listen at");
}
