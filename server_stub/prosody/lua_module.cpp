// SPDX-License-Identifier: MIT
// The library that mod_restanza.lua loads: a plugin as an object of Lua.
//
//   load(library, domain, prefix, state_dir, settings, version, addresses, certificate, key, accounts)
//       -> plugin | nil, why
//   keys() -> the plugin's settings: { name = whether it is a list }
//   plugin:start(), :reload(settings), :renew_certificate() -> true | nil, why
//   plugin:listening() -> "127.0.0.1:5290"
//   plugin:descriptor(), :begin_turn(), :wait(milliseconds)     plugin:take(stanza_mt) -> kind, ... | nil
//   plugin:offer(xml, injected, answer_passed) -> "taken", "passed", "refused", "held" | nil
//   plugin:verdict(question, "ok" | "denied" | "failed", bare_jid)
//   plugin:request(method, path, query, peer, headers, body) -> number | nil      plugin:client_left(number)
//   plugin:drain(seconds), :finish() -> whether all has ended, :free()
//
// Prosody's thread. An error of Lua leaves a function without running destructors, and an exception must not
// meet Lua's C code. So what calls Lua has plain values alone, and what may throw is within `guarded_call`.
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <iterator>
#include <string>
#include <system_error>

#include "prosody/lua_stanza.h"
#include "prosody/prosody_plugin.h"

namespace restanza::host {
namespace {

constexpr const char* kType = "restanza.plugin";

struct Key {
  const char* name;
  bool list;
};
// Made by the build from the plugin's rows.
constexpr Key kKeys[] = {
#include "plugin_keys.inc"
};

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

std::string_view text_at(lua_State* lua, int place) {
  size_t size = 0;
  const char* text = luaL_checklstring(lua, place, &size);
  return {text, size};
}

ProsodyPlugin** slot_at(lua_State* lua) {
  return static_cast<ProsodyPlugin**>(luaL_checkudata(lua, 1, kType));
}

ProsodyPlugin& plugin_at(lua_State* lua) {
  ProsodyPlugin* const plugin = *slot_at(lua);
  if (!plugin) luaL_error(lua, "the plugin has ended");
  return *plugin;
}

int result(lua_State* lua, bool good, const Failure& failure) {
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

// A line for each: "tcp 127.0.0.1 5290" or "unix /run/x.sock".
bool read_address(std::string_view line, std::vector<xp::host::Address>& into) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view rest = line.substr(space + 1);
  xp::host::Address address;
  if (line.substr(0, space) == "unix") {
    address.unix_path = rest;
  } else {
    const size_t before_port = rest.rfind(' ');
    if (before_port == std::string_view::npos) return false;
    address.host = rest.substr(0, before_port);
    const char* const end = rest.data() + rest.size();
    const auto read = std::from_chars(rest.data() + before_port + 1, end, address.port);
    if (read.ec != std::errc() || read.ptr != end) return false;
  }
  into.push_back(std::move(address));
  return true;
}

struct Given {
  std::string_view library, domain, prefix, state_dir, json, version, addresses, certificate, key;
  bool accounts;
};

bool load_into(const Given& given, ProsodyPlugin*& slot, Failure& failure) {
  ProsodySettings settings{std::string(given.library),
                           std::string(given.domain),
                           std::string(given.prefix),
                           std::string(given.state_dir),
                           std::string(given.json),
                           std::string(given.version),
                           {},
                           given.accounts,
                           std::string(given.certificate),
                           std::string(given.key)};
  for (std::string_view left = given.addresses; !left.empty();) {
    const std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(left.size(), line.size() + 1));
    if (!read_address(line, settings.listen)) {
      failure.say("'" + std::string(line) + "' is nothing to listen at");
      return false;
    }
  }
  std::string error;
  slot = ProsodyPlugin::load(settings, error).release();
  if (!slot) failure.say(error);
  return slot != nullptr;
}

int load(lua_State* lua) {
  const Given given{
      text_at(lua, 1), text_at(lua, 2), text_at(lua, 3), text_at(lua, 4), text_at(lua, 5),
      text_at(lua, 6), text_at(lua, 7), text_at(lua, 8), text_at(lua, 9), lua_toboolean(lua, 10) != 0};
  auto** const slot = static_cast<ProsodyPlugin**>(lua_newuserdatauv(lua, sizeof(void*), 0));
  *slot = nullptr;
  luaL_setmetatable(lua, kType);
  Failure failure;
  if (guarded_call(failure, [&] { return load_into(given, *slot, failure); })) return 1;
  return result(lua, false, failure);
}

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

int begin_turn(lua_State* lua) {
  plugin_at(lua).begin_turn();
  return 0;
}

int wait(lua_State* lua) {
  pollfd waited{plugin_at(lua).descriptor(), POLLIN, 0};
  const auto milliseconds = static_cast<int>(luaL_checkinteger(lua, 2));
  lua_pushboolean(lua, poll(&waited, 1, milliseconds) == 1 ? 1 : 0);
  return 1;
}

void push_view(lua_State* lua, std::string_view text) {
  lua_pushlstring(lua, text.data(), text.size());
}

// Number, code (nil: cut), names and values one behind the other, body.
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

int take(lua_State* lua) {
  ProsodyPlugin& plugin = plugin_at(lua);
  luaL_checktype(lua, 2, LUA_TTABLE);
  const CrossingItem& item = plugin.next();
  if (std::holds_alternative<std::monostate>(item)) return 0;
  if (const auto* stanza = std::get_if<FlatStanza>(&item)) {
    lua_pushliteral(lua, "stanza");
    push_stanza(lua, *stanza, 2);
    return 2;
  }
  if (const auto* asked = std::get_if<PasswordQuestion>(&item)) {
    lua_pushliteral(lua, "question");
    lua_pushinteger(lua, static_cast<lua_Integer>(plugin.question()));
    push_view(lua, asked->name);
    push_view(lua, asked->password);
    return 4;
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
                                 {"begin_turn", begin_turn},
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
constexpr luaL_Reg kFunctions[] = {{"load", load}, {"keys", keys}, {nullptr, nullptr}};

}  // namespace
}  // namespace restanza::host

extern "C" __attribute__((visibility("default"))) int luaopen_restanza_prosody(lua_State* lua) {
  using namespace restanza::host;
  luaL_newmetatable(lua, kType);
  lua_pushcfunction(lua, free_plugin);
  lua_setfield(lua, -2, "__gc");
  luaL_newlib(lua, kMethods);
  lua_setfield(lua, -2, "__index");
  lua_pop(lua, 1);
  luaL_newlib(lua, kFunctions);
  return 1;
}
