// SPDX-License-Identifier: MIT
#include "prosody/lua_stanza.h"

#include <string>

#include "support/catch.h"
#include "unit/server_stub/prosody/lua_state.h"

using namespace restanza::host;

namespace {

// What an expression of Lua gives, where `s` is the stanza and `mt` its metatable.
std::string evaluated(std::string_view xml, const std::string& expression) {
  const restanza::OwnedLua owned = restanza::new_lua();
  lua_State* const lua = owned.get();
  lua_newtable(lua);
  const auto flat = flatten(xml);
  REQUIRE(flat);
  push_stanza(lua, *flat, 1);
  CHECK(lua_gettop(lua) == 2);  // nothing but the stanza is left there
  lua_setglobal(lua, "s");
  lua_setglobal(lua, "mt");
  if (luaL_dostring(lua, ("return tostring(" + expression + ")").c_str())) {
    return std::string("error: ") + lua_tostring(lua, -1);
  }
  return lua_tostring(lua, -1);
}

}  // namespace

TEST_CASE("a stanza is a table with its name, attributes, tags and children") {
  const std::string xml = "<message to='a@b'>x<body>hi</body>y<z/></message>";
  CHECK(evaluated(xml, "s.name") == "message");
  CHECK(evaluated(xml, "s.attr.to") == "a@b");
  CHECK(evaluated(xml, "#s .. #s.tags") == "42");
  CHECK(evaluated(xml, "s[1] .. s[3]") == "xy");
  CHECK(evaluated(xml, "s[2] == s.tags[1] and s.tags[1][1]") == "hi");
  CHECK(evaluated(xml, "s[4] == s.tags[2] and s.tags[2].name") == "z");
}

TEST_CASE("each element has the metatable of stanzas, and tables of its own") {
  const std::string xml = "<iq><q xmlns='urn:q'><r/></q></iq>";
  CHECK(
      evaluated(xml, "getmetatable(s) == mt and getmetatable(s[1]) == mt and getmetatable(s[1][1]) == mt") ==
      "true");
  CHECK(evaluated(xml, "s.attr.xmlns") == "nil");
  CHECK(evaluated(xml, "s[1][1].attr.xmlns") == "urn:q");
  CHECK(evaluated(xml, "#s[1][1].tags .. #s[1][1]") == "00");
}

TEST_CASE("a stanza may be as deep as the gate allows") {
  std::string xml = "<message>";
  for (int i = 1; i < 100; ++i) xml += "<a>";
  for (int i = 1; i < 100; ++i) xml += "</a>";
  CHECK(evaluated(xml + "</message>",
                  "(function() local e, n = s, 0; while e do e, n = e[1], n + 1 end return n end)()") ==
        "100");
}
