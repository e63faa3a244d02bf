// SPDX-License-Identifier: MIT
// How a function of Lua calls C++. An error of Lua leaves a function without running destructors, and an
// exception must not meet Lua's C code. So a function that calls Lua has plain values alone, and what may
// throw is within `guarded_call`, which calls no Lua. Prosody's thread.
#pragma once

#include <cstdio>
#include <exception>
#include <lua.hpp>
#include <string>
#include <string_view>

#include "prosody/prosody_plugin.h"

namespace restanza::host {

// Why a call failed, in a place that needs no destructor.
struct Failure {
  char text[1024] = "there is no memory";
  void say(const std::string& why) { std::snprintf(text, sizeof text, "%s", why.c_str()); }
};

template <class Call>
bool guarded_call(Failure& failure, Call call) noexcept {
  try {
    return call();
  } catch (const std::exception& thrown) {
    std::snprintf(failure.text, sizeof failure.text, "%s", thrown.what());
  } catch (...) {
    std::snprintf(failure.text, sizeof failure.text, "something else than an error was thrown");
  }
  return false;
}

inline std::string_view text_at(lua_State* lua, int place) {
  size_t size = 0;
  const char* text = luaL_checklstring(lua, place, &size);
  return {text, size};
}

constexpr const char* kPluginType = "restanza.plugin";  // of the first argument of each method

inline ProsodyPlugin** slot_at(lua_State* lua) {
  return static_cast<ProsodyPlugin**>(luaL_checkudata(lua, 1, kPluginType));
}

inline ProsodyPlugin& plugin_at(lua_State* lua) {
  ProsodyPlugin* const plugin = *slot_at(lua);
  if (!plugin) luaL_error(lua, "the plugin has ended");
  return *plugin;
}

inline int result(lua_State* lua, bool good, const Failure& failure) {
  if (good) {
    lua_pushboolean(lua, 1);
    return 1;
  }
  lua_pushnil(lua);
  lua_pushstring(lua, failure.text);
  return 2;
}

// Does what gives false with a reason where it fails, and tells Lua.
template <class Call>
int told(lua_State* lua, Call call) {
  Failure failure;
  const bool good = guarded_call(failure, [&] {
    std::string error;
    const bool done = call(error);
    if (!done) failure.say(error);
    return done;
  });
  return result(lua, good, failure);
}

inline void push_view(lua_State* lua, std::string_view text) {
  lua_pushlstring(lua, text.data(), text.size());
}

}  // namespace restanza::host
