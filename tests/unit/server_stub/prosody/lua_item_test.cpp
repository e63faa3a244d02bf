// SPDX-License-Identifier: MIT
#include "prosody/lua_item.h"

#include <string>

#include "support/catch.h"
#include "unit/server_stub/prosody/lua_state.h"

using namespace restanza;
using namespace restanza::host;

namespace {

// What Lua gets of it, in words.
std::string pushed(const CrossingItem& item) {
  const OwnedLua owned = new_lua();
  lua_State* const lua = owned.get();
  lua_newtable(lua);
  const int count = push_item(lua, item, 7, 1);
  CHECK(lua_gettop(lua) == 1 + count);
  std::string out;
  for (int place = 2; place <= 1 + count; ++place) {
    if (lua_istable(lua, place)) {
      out += "{" + std::to_string(lua_rawlen(lua, place)) + "} ";
    } else {
      out += std::string(luaL_tolstring(lua, place, nullptr)) + " ";
      lua_pop(lua, 1);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("each kind of item is told by its name, with what belongs to it") {
  CHECK(pushed({}).empty());
  CHECK(pushed(*flatten("<message>a<b/></message>")) == "stanza {2} ");
  CHECK(pushed(LoopWork([] {})) == "work ");
  CHECK(pushed(PasswordQuestion{"alice", "wonder", nullptr}) == "question 7 alice wonder ");
  CHECK(pushed(TokenQuestion{"secret-token:x", nullptr}) == "token 7 secret-token:x ");
  CHECK(pushed(LogLine{XP_WARN, "a line"}) == "line 2 a line ");
  CHECK(pushed(HttpAnswer{3, 200, {{"X-A", "b"}, {"X-C", "d"}}, "hello"}) == "answer 3 200 {4} hello ");
  CHECK(pushed(HttpAnswer{3, 0, {}, {}}) == "answer 3 nil {0}  ");
  CHECK(pushed(DrainDone{}) == "drained ");
}
