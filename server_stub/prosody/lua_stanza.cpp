// SPDX-License-Identifier: MIT
#include "prosody/lua_stanza.h"

#include "prosody/lua_call.h"

namespace restanza::host {
namespace {

// Each open element has three places on the stack: the element, its attributes, its tags.
constexpr int kPlaces = 3, kWork = 4;

// Puts what is on top behind what the list has already; `list` counts from the top, with it.
void append(lua_State* lua, int list) {
  lua_rawseti(lua, list, static_cast<lua_Integer>(lua_rawlen(lua, list)) + 1);
}

void open_element(lua_State* lua, std::string_view name, int metatable) {
  luaL_checkstack(lua, kPlaces + kWork, "a stanza is too deep");
  lua_createtable(lua, 1, 3);
  push_view(lua, name);
  lua_setfield(lua, -2, "name");
  lua_createtable(lua, 0, 4);
  lua_pushvalue(lua, -1);
  lua_setfield(lua, -3, "attr");
  lua_createtable(lua, 0, 0);
  lua_pushvalue(lua, -1);
  lua_setfield(lua, -4, "tags");
  lua_pushvalue(lua, metatable);
  lua_setmetatable(lua, -4);
}

// Leaves the element on top; inside another one it becomes a child there.
void close_element(lua_State* lua, bool inside) {
  lua_pop(lua, 2);
  if (!inside) return;
  lua_pushvalue(lua, -1);
  append(lua, -3);  // the tags of the one around
  append(lua, -4);  // which has moved down by the copy that went
}

}  // namespace

void push_stanza(lua_State* lua, const FlatStanza& stanza, int metatable) {
  size_t depth = 0;
  for (const FlatStanza::Step& step : stanza.steps()) {
    switch (step.kind) {
      case FlatStanza::Kind::open:
        open_element(lua, stanza.name(step), metatable);
        ++depth;
        break;
      case FlatStanza::Kind::attribute:
        push_view(lua, stanza.name(step));
        push_view(lua, stanza.value(step));
        lua_rawset(lua, -4);
        break;
      case FlatStanza::Kind::text:
        push_view(lua, stanza.value(step));
        append(lua, -4);
        break;
      case FlatStanza::Kind::close:
        close_element(lua, --depth > 0);
    }
  }
}

}  // namespace restanza::host
