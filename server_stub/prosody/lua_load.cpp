// SPDX-License-Identifier: MIT
#include "prosody/lua_load.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <vector>

#include "prosody/lua_call.h"

namespace restanza::host {
namespace {

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

}  // namespace

int load_plugin(lua_State* lua) {
  const Given given{
      text_at(lua, 1), text_at(lua, 2), text_at(lua, 3), text_at(lua, 4), text_at(lua, 5),
      text_at(lua, 6), text_at(lua, 7), text_at(lua, 8), text_at(lua, 9), lua_toboolean(lua, 10) != 0};
  auto** const slot = static_cast<ProsodyPlugin**>(lua_newuserdatauv(lua, sizeof(void*), 0));
  *slot = nullptr;
  luaL_setmetatable(lua, kPluginType);
  Failure failure;
  if (guarded_call(failure, [&] { return load_into(given, *slot, failure); })) return 1;
  return result(lua, false, failure);
}

}  // namespace restanza::host
