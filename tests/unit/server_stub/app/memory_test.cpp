// SPDX-License-Identifier: MIT
// Memory is short once while a running host takes another configuration, at each allocation in turn: what was
// not done is said, and the next reload does it.
#include <new>

#include "app/host.h"
#include "base/guarded.h"
#include "modes/link_mode.h"
#include "support/catch.h"
#include "support/directory.h"
#include "support/lines.h"
#include "support/pem.h"
#include "support/scarce_memory.h"
#include "unit/server_stub/hosting/life_plugin.h"
#include "unit/server_stub/http_front/tls_client.h"

using namespace restanza;
using namespace restanza::host;

namespace {

class SparedLines final : public Log {
 public:
  void write(Level level, std::string_view line) override {
    const Spared logs;
    lines.write(level, line);
  }
  Lines lines;
};

struct ScarceHost {
  SparedLines log;
  std::unique_ptr<Host> host;

  explicit ScarceHost(const HostConfig& config) {
    auto made = Host::make(config, log, {[](const std::string&) {}, [](const std::string&) {}});
    REQUIRE(made);
    host = std::move(*made);
    REQUIRE(host->start());
  }
  ~ScarceHost() {
    host->shut_down();
    CHECK_FALSE(host->abandoned());
  }

  // As the program does it; what it adds to the log.
  std::string reload(const HostConfig& read) {
    const size_t before = log.lines.of(Level::info).size();
    {
      const NotSpared hosts;
      guarded(log, "SIGHUP", [&] { host->reload(read); });
    }
    return log.lines.of(Level::info).substr(before);
  }
  std::string errors() const { return log.lines.of(Level::error); }
};

// Whether a reload did nothing but let those plugins look at their files, in any order.
bool is_quiet(std::string said, const std::vector<PluginConfig>& plugins) {
  for (const PluginConfig& plugin : plugins) {
    const std::string line = "life@" + plugin.domain + ": reload\n";
    const size_t at = said.find(line);
    if (at == std::string::npos) return false;
    said.erase(at, line.size());
  }
  return said == "SIGHUP: nothing was changed\n";
}

// From `before` to `after`, with each allocation failing in turn. `done`: what the log says of it.
void reload_where_memory_is_short(const HostConfig& before, const HostConfig& after,
                                  const std::string& done) {
  const Spared test;
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    ScarceHost running(before);
    ScarceMemory::fail_at(n);
    const std::string first = running.reload(after);
    const bool failed = ScarceMemory::end();
    const std::string said = running.errors();
    const std::string second = running.reload(after), third = running.reload(after);
    CAPTURE(first, said, second, third);
    CHECK((first.find(done) != std::string::npos || (failed && !said.empty())));
    CHECK(is_quiet(third, after.plugins));
    CHECK(running.errors() == said);
    CHECK_FALSE(running.host->abandoned());
    if (!failed) break;
  }
}

}  // namespace

TEST_CASE("at each allocation of new settings memory may be short once") {
  reload_where_memory_is_short(
      local({plugin("a.localhost"), plugin("b.localhost")}),
      local({plugin("a.localhost", R"({"new": 1})"), plugin("b.localhost", R"({"new": 2})")}),
      "new settings for a.localhost, b.localhost");
}

TEST_CASE("the same where entries come") {
  reload_where_memory_is_short(local({plugin("a.localhost")}),
                               local({plugin("a.localhost"), plugin("b.localhost"), plugin("c.localhost")}),
                               "loaded b.localhost, c.localhost");
}

TEST_CASE("the same where entries come and go") {
  reload_where_memory_is_short(local({plugin("a.localhost"), plugin("b.localhost")}),
                               local({plugin("b.localhost"), plugin("c.localhost")}),
                               "loaded c.localhost; unloaded a.localhost");
}

TEST_CASE("the same where another library takes over a domain") {
  auto other = plugin("a.localhost");
  other.load = "/" LIFE_PLUGIN;  // another name for the same file
  reload_where_memory_is_short(local({plugin("a.localhost")}), local({other}),
                               "loaded a.localhost; unloaded a.localhost");
}

TEST_CASE("the same for a certificate and for what the log shows") {
  const Directory directory;
  HostConfig before = local({plugin("a.localhost")}), after = before;
  before.http.tls = identity_in(directory.path(), make_pem("first"));
  after.http.tls = identity_in(directory.path(), make_pem("second"));
  after.log_level = Level::debug;
  reload_where_memory_is_short(before, after, "; new certificate, valid until ");
}

TEST_CASE("at each allocation of reading a configuration memory may be short once") {
  const Spared test;
  const Directory directory;
  const std::string file = write_file(
      directory.path() + "/restanza.toml",
      "[xmpp]\naccounts = { alice = \"wonder\" }\n[[plugin]]\ndomain = \"rest.localhost\"\n"
      "[plugin.settings]\ncomponent_secret = \"http-secret\"\n"
      "rest_callback_url = \"http://127.0.0.1:9999/stanzas\"\n[plugin.settings.inner]\na = [1, 2.5]\n");
  const auto load = [&] {
    const NotSpared hosts;
    return load_config(file, known_modes());
  };
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    ScarceMemory::fail_at(n);
    std::string settings =
        "none";  // for want of memory the library takes a number for no number, which is said
    try {
      if (const auto config = load()) settings = config->plugins.at(0).settings_json;
    } catch (const std::bad_alloc&) {
    }
    const bool failed = ScarceMemory::end();
    const auto next = load();
    REQUIRE(next);
    const std::string& all = next->plugins.at(0).settings_json;
    CAPTURE(settings, all);
    CHECK((settings == all || (failed && settings == "none")));
    if (!failed) break;
  }
}
