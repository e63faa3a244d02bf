// SPDX-License-Identifier: MIT
#include "prosody/lua_item.h"

#include "prosody/lua_call.h"
#include "prosody/lua_stanza.h"

namespace restanza::host {
namespace {

int push_answer(lua_State* lua, const HttpAnswer& answer) {
  lua_pushliteral(lua, "answer");
  lua_pushinteger(lua, static_cast<lua_Integer>(answer.request));
  answer.code == 0 ? lua_pushnil(lua) : lua_pushinteger(lua, answer.code);
  lua_createtable(lua, static_cast<int>(2 * answer.headers.size()), 0);
  lua_Integer last = 0;
  for (const auto& [name, value] : answer.headers) {
    push_view(lua, name);
    lua_rawseti(lua, -2, ++last);
    push_view(lua, value);
    lua_rawseti(lua, -2, ++last);
  }
  push_view(lua, answer.body);
  return 5;
}

}  // namespace

int push_item(lua_State* lua, const CrossingItem& item, uint64_t question, int metatable) {
  if (std::holds_alternative<std::monostate>(item)) return 0;
  if (const auto* stanza = std::get_if<FlatStanza>(&item)) {
    lua_pushliteral(lua, "stanza");
    push_stanza(lua, *stanza, metatable);
    return 2;
  }
  if (const auto* asked = std::get_if<PasswordQuestion>(&item)) {
    lua_pushliteral(lua, "question");
    lua_pushinteger(lua, static_cast<lua_Integer>(question));
    push_view(lua, asked->name);
    push_view(lua, asked->password);
    return 4;
  }
  if (const auto* asked = std::get_if<TokenQuestion>(&item)) {
    lua_pushliteral(lua, "token");
    lua_pushinteger(lua, static_cast<lua_Integer>(question));
    push_view(lua, asked->token);
    return 3;
  }
  if (const auto* line = std::get_if<LogLine>(&item)) {
    lua_pushliteral(lua, "line");
    lua_pushinteger(lua, line->level);
    push_view(lua, line->text);
    return 3;
  }
  if (const auto* answer = std::get_if<HttpAnswer>(&item)) return push_answer(lua, *answer);
  lua_pushstring(lua, std::holds_alternative<DrainDone>(item) ? "drained" : "work");
  return 1;
}

}  // namespace restanza::host
