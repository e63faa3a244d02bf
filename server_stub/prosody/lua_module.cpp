// SPDX-License-Identifier: MIT
// The library that mod_restanza.lua loads: a plugin as an object of Lua.
//
//   load(library, domain, prefix, state_dir, settings, version, addresses, certificate, key, accounts)
//       -> plugin | nil, why
//   keys() -> the plugin's settings: { name = whether it is a list }
//   plugin:start(), :reload(settings), :renew_certificate() -> true | nil, why
//   plugin:listening() -> "127.0.0.1:5290"
//   plugin:descriptor(), :wait(milliseconds)     plugin:take(stanza_mt) -> kind, ... | nil
//   plugin:offer(xml, injected, answer_passed) -> "taken", "passed", "refused", "held" | nil
//   plugin:verdict(question, "ok" | "denied" | "failed", bare_jid)
//   plugin:request(method, path, query, peer, headers, body) -> number | nil      plugin:client_left(number)
//   plugin:drain(seconds), :finish() -> whether all has ended, :free()
//
// Prosody's thread; lua_call.h has the rules for functions such as these.
#include <poll.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>

#include "prosody/lua_call.h"
#include "prosody/lua_item.h"
#include "prosody/lua_load.h"

namespace restanza::host {
namespace {

struct Key {
  const char* name;
  bool list;
};
// Made by the build from the plugin's rows.
constexpr Key kKeys[] = {
#include "plugin_keys.inc"
};

int keys(lua_State* lua) {
  lua_createtable(lua, 0, static_cast<int>(std::size(kKeys)));
  for (const Key& key : kKeys) {
    lua_pushboolean(lua, key.list ? 1 : 0);
    lua_setfield(lua, -2, key.name);
  }
  return 1;
}

int start(lua_State* lua) {
  ProsodyPlugin& plugin = plugin_at(lua);
  return told(lua, [&](std::string& error) { return plugin.start(error); });
}

int reload(lua_State* lua) {
  ProsodyPlugin& plugin = plugin_at(lua);
  const std::string_view json = text_at(lua, 2);
  return told(lua, [&](std::string& error) { return plugin.reload(std::string(json), error); });
}

int renew_certificate(lua_State* lua) {
  ProsodyPlugin& plugin = plugin_at(lua);
  return told(lua, [&](std::string& error) { return plugin.renew_certificate(error); });
}

int listening(lua_State* lua) {
  ProsodyPlugin& plugin = plugin_at(lua);
  Failure where;
  const bool good = guarded_call(where, [&] {
    where.say(plugin.listening());
    return true;
  });
  if (!good) return 0;
  lua_pushstring(lua, where.text);
  return 1;
}

int descriptor(lua_State* lua) {
  lua_pushinteger(lua, plugin_at(lua).descriptor());
  return 1;
}

int wait(lua_State* lua) {
  pollfd waited{plugin_at(lua).descriptor(), POLLIN, 0};
  const auto milliseconds = static_cast<int>(luaL_checkinteger(lua, 2));
  lua_pushboolean(lua, poll(&waited, 1, milliseconds) == 1 ? 1 : 0);
  return 1;
}

int take(lua_State* lua) {
  ProsodyPlugin& plugin = plugin_at(lua);
  luaL_checktype(lua, 2, LUA_TTABLE);
  const CrossingItem& item = plugin.next();
  return push_item(lua, item, plugin.question(), 2);
}

int offer(lua_State* lua) {
  using Offered = ProsodyPlugin::Offered;
  ProsodyPlugin& plugin = plugin_at(lua);
  const std::string_view xml = text_at(lua, 2);
  const bool injected = lua_toboolean(lua, 3) != 0, answer_passed = lua_toboolean(lua, 4) != 0;
  auto said = Offered::invalid;
  Failure failure;
  guarded_call(failure, [&] {
    said = plugin.offer(xml, injected, answer_passed);
    return true;
  });
  if (said == Offered::invalid) return 0;
  lua_pushstring(lua, said == Offered::taken     ? "taken"
                      : said == Offered::passed  ? "passed"
                      : said == Offered::refused ? "refused"
                                                 : "held");
  return 1;
}

// A line for each: "content-type: text/plain". Prosody has joined those of one name.
xp::host::Headers headers_in(std::string_view lines) {
  xp::host::Headers headers;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const size_t colon = line.find(": ");
    if (colon != std::string_view::npos) headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return headers;
}

int request(lua_State* lua) {
  ProsodyPlugin& plugin = plugin_at(lua);
  const std::string_view method = text_at(lua, 2), path = text_at(lua, 3), query = text_at(lua, 4),
                         peer = text_at(lua, 5), headers = text_at(lua, 6), body = text_at(lua, 7);
  uint64_t number = 0;
  Failure failure;
  guarded_call(failure, [&] {
    number = plugin.request({std::string(method), std::string(path), std::string(query), std::string(peer),
                             headers_in(headers), std::string(body), false});
    return true;
  });
  if (number == 0) return 0;
  lua_pushinteger(lua, static_cast<lua_Integer>(number));
  return 1;
}

int client_left(lua_State* lua) {
  ProsodyPlugin& plugin = plugin_at(lua);
  const auto number = static_cast<uint64_t>(luaL_checkinteger(lua, 2));
  Failure failure;
  guarded_call(failure, [&] {
    plugin.client_left(number);
    return true;
  });
  return 0;
}

int verdict(lua_State* lua) {
  ProsodyPlugin& plugin = plugin_at(lua);
  const auto question = static_cast<uint64_t>(luaL_checkinteger(lua, 2));
  const std::string_view said = text_at(lua, 3);
  const std::string_view bare_jid = lua_isnoneornil(lua, 4) ? std::string_view() : text_at(lua, 4);
  const xp_status status = said == "ok" ? XP_OK : said == "denied" ? XP_DENIED : XP_INTERNAL;
  Failure failure;
  guarded_call(failure, [&] {
    plugin.verdict(question, status, std::string(bare_jid));
    return true;
  });
  return 0;
}

int drain(lua_State* lua) {
  ProsodyPlugin& plugin = plugin_at(lua);
  const std::chrono::seconds within(luaL_checkinteger(lua, 2));
  Failure failure;
  const bool good = guarded_call(failure, [&] {
    plugin.drain(within);
    return true;
  });
  return result(lua, good, failure);
}

int finish(lua_State* lua) {
  ProsodyPlugin& plugin = plugin_at(lua);
  Failure failure;
  lua_pushboolean(lua, guarded_call(failure, [&] { return plugin.end(); }) ? 1 : 0);
  return 1;
}

// Also what Lua's garbage collector does. What runs on of a plugin keeps all that it knows.
int free_plugin(lua_State* lua) {
  ProsodyPlugin*& slot = *slot_at(lua);
  ProsodyPlugin* const plugin = slot;
  slot = nullptr;
  Failure failure;
  if (plugin && guarded_call(failure, [&] { return plugin->end(); })) delete plugin;
  return 0;
}

constexpr luaL_Reg kMethods[] = {{"start", start},
                                 {"reload", reload},
                                 {"renew_certificate", renew_certificate},
                                 {"listening", listening},
                                 {"descriptor", descriptor},
                                 {"wait", wait},
                                 {"take", take},
                                 {"offer", offer},
                                 {"verdict", verdict},
                                 {"request", request},
                                 {"client_left", client_left},
                                 {"drain", drain},
                                 {"finish", finish},
                                 {"free", free_plugin},
                                 {nullptr, nullptr}};
constexpr luaL_Reg kFunctions[] = {{"load", load_plugin}, {"keys", keys}, {nullptr, nullptr}};

}  // namespace
}  // namespace restanza::host

extern "C" __attribute__((visibility("default"))) int luaopen_restanza_prosody(lua_State* lua) {
  using namespace restanza::host;
  luaL_newmetatable(lua, kPluginType);
  lua_pushcfunction(lua, free_plugin);
  lua_setfield(lua, -2, "__gc");
  luaL_newlib(lua, kMethods);
  lua_setfield(lua, -2, "__index");
  lua_pop(lua, 1);
  luaL_newlib(lua, kFunctions);
  return 1;
}
