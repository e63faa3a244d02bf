// SPDX-License-Identifier: MIT
// A running host takes a configuration that was read again. The plugin is a library of its own, really loaded
// and unloaded; it tells the log each step of its life.
#include "app/host.h"
#include "support/catch.h"
#include "support/lines.h"
#include "unit/server_stub/hosting/life_plugin.h"

using namespace restanza;
using namespace restanza::host;

namespace {

struct ReloadedHost {
  Lines lines;
  std::unique_ptr<Host> host;

  explicit ReloadedHost(const HostConfig& config) {
    auto made = Host::make(config, lines, {[](const std::string&) {}, [](const std::string&) {}});
    REQUIRE(made);
    host = std::move(*made);
    REQUIRE(host->start());
  }
  ~ReloadedHost() { host->shut_down(); }

  // What the reload adds to the log.
  std::string reload(const HostConfig& read) {
    const std::string before = lines.of(Level::info);
    host->reload(read);
    return lines.of(Level::info).substr(before.size());
  }
  std::string errors() const { return lines.of(Level::error); }
};

}  // namespace

TEST_CASE(
    "where a configuration says the same the plugins look at their files again, and nothing else is done") {
  ReloadedHost running(local({plugin("a.localhost")}));
  CHECK(running.reload(local({plugin("a.localhost")})) ==
        "life@a.localhost: reload\nSIGHUP: nothing was changed\n");
}

TEST_CASE(
    "a plugin that takes no settings while it runs need not look, and one that finds a fault is heard") {
  const HostConfig config = local(
      {plugin("a.localhost", R"({"fail": "unsupported"})"), plugin("b.localhost", R"({"fail": "reload"})")});
  ReloadedHost running(config);
  CHECK(running.reload(config) ==
        "life@a.localhost: reload\nlife@b.localhost: reload\nSIGHUP: nothing was changed\n");
  CHECK(running.errors() ==
        "life@b.localhost: SIGHUP: file:7: the plugin 'life' failed to reload: as told; it goes on with its "
        "old "
        "settings\n");
}

TEST_CASE("new settings reach the plugin whose they are, and count as its settings from then on") {
  ReloadedHost running(local({plugin("a.localhost"), plugin("b.localhost")}));
  const HostConfig read = local({plugin("a.localhost"), plugin("b.localhost", R"({"new": 1})")});
  CHECK(running.reload(read) ==
        "life@b.localhost: reload\nlife@a.localhost: reload\n"
        "reloaded: 2 plugins; new settings for b.localhost\n");
  CHECK(running.reload(read) ==
        "life@a.localhost: reload\nlife@b.localhost: reload\nSIGHUP: nothing was changed\n");
  CHECK(running.errors().empty());
}

TEST_CASE("a reload says which settings are new") {
  const auto written = [](const std::string& json, std::map<std::string, std::string> values) {
    HostConfig config = local({plugin("a.localhost", json)});
    config.plugins[0].source.values = std::move(values);
    return config;
  };
  ReloadedHost running(
      written(R"({"kept": 1, "gone": 2, "other": 3})", {{"kept", "1"}, {"gone", "2"}, {"other", "3"}}));
  CHECK(running.reload(
            written(R"({"kept": 1, "other": 4, "new": 5})", {{"kept", "1"}, {"other", "4"}, {"new", "5"}})) ==
        "life@a.localhost: reload\nreloaded: 1 plugins; new settings for a.localhost (gone, new, other)\n");
}

TEST_CASE("a reload says that the log has another level, once") {
  ReloadedHost running(local({plugin("a.localhost")}));
  HostConfig read = local({plugin("a.localhost")});
  read.log_level = Level::debug;
  CHECK(running.reload(read) == "life@a.localhost: reload\nreloaded: 1 plugins; log level debug\n");
  CHECK(running.reload(read) == "life@a.localhost: reload\nSIGHUP: nothing was changed\n");
}

TEST_CASE("a plugin that refuses new settings goes on with the old ones, and is asked again the next time") {
  ReloadedHost running(local({plugin("a.localhost")}));
  const HostConfig read = local({plugin("a.localhost", R"({"fail": "reload"})")});
  for (int i = 0; i < 2; ++i)
    CHECK(running.reload(read) == "life@a.localhost: reload\nSIGHUP: nothing was changed\n");
  const std::string line =
      "life@a.localhost: SIGHUP: file:7: the plugin 'life' "
      "failed to reload: as told; it goes on with its old settings\n";
  CHECK(running.errors() == line + line);
}

TEST_CASE("a plugin that cannot take settings while it runs is told apart from one that dislikes them") {
  ReloadedHost running(local({plugin("a.localhost")}));
  running.reload(local({plugin("a.localhost", R"({"fail": "unsupported"})")}));
  CHECK(running.errors() ==
        "life@a.localhost: SIGHUP: file:7: the plugin 'life' failed to reload: it takes new settings at a "
        "restart only; it goes on with its old settings\n");
}

TEST_CASE("entries come and go, and what comes is there before what goes") {
  ReloadedHost running(local({plugin("a.localhost"), plugin("b.localhost")}));
  CHECK(running.reload(local({plugin("b.localhost"), plugin("c.localhost")})) ==
        "life@b.localhost: reload\nlife@c.localhost: create\nlife@c.localhost: start\n"
        "life@a.localhost: drain\nlife@a.localhost: destroy\nlife@a.localhost: release\n"
        "reloaded: 2 plugins; loaded c.localhost; unloaded a.localhost\n");
  CHECK(running.reload(local({plugin("a.localhost"), plugin("b.localhost"), plugin("c.localhost")})) ==
        "life@b.localhost: reload\nlife@c.localhost: reload\n"
        "life@a.localhost: create\nlife@a.localhost: start\nreloaded: 3 plugins; loaded a.localhost\n");
  CHECK(running.errors().empty());
}

TEST_CASE("a library that takes over a domain comes after the one that had it") {
  ReloadedHost running(local({plugin("a.localhost")}));
  auto other = plugin("a.localhost");
  other.load = "/" LIFE_PLUGIN;  // another name for the same file
  CHECK(running.reload(local({other})) ==
        "life@a.localhost: drain\nlife@a.localhost: destroy\nlife@a.localhost: release\n"
        "life@a.localhost: create\nlife@a.localhost: start\n"
        "reloaded: 1 plugins; loaded a.localhost; unloaded a.localhost\n");
}

TEST_CASE("an entry that cannot be made is not loaded, and everything else is done") {
  ReloadedHost running(local({plugin("a.localhost"), plugin("d.localhost")}));
  const HostConfig read = local({plugin("a.localhost", R"({"new": 1})"), plugin("b.localhost"),
                                 plugin("c.localhost", R"({"fail": "create"})")});
  CHECK(running.reload(read) ==
        "life@a.localhost: reload\nlife@b.localhost: create\nlife@c.localhost: create\n"
        "life@c.localhost: release\nlife@b.localhost: start\n"
        "life@d.localhost: drain\nlife@d.localhost: destroy\nlife@d.localhost: release\n"
        "reloaded: 2 plugins; new settings for a.localhost; loaded b.localhost; unloaded d.localhost\n");
  const std::string line = "SIGHUP: file:7: the plugin 'life' failed to create: as told; it is not loaded\n";
  CHECK(running.errors() == line);
  CHECK(running.reload(read) ==
        "life@a.localhost: reload\nlife@b.localhost: reload\n"
        "life@c.localhost: create\nlife@c.localhost: release\nSIGHUP: nothing was changed\n");
  CHECK(running.errors() ==
        line + "SIGHUP: file:7: the plugin 'life' failed to create: as told; nothing was changed\n");
}

TEST_CASE("a successor that cannot be made leaves nobody at its domain, and says so") {
  ReloadedHost running(local({plugin("a.localhost")}));
  auto other = plugin("a.localhost", R"({"fail": "create"})");
  other.load = "/" LIFE_PLUGIN;
  CHECK(running.reload(local({other})) ==
        "life@a.localhost: drain\nlife@a.localhost: destroy\nlife@a.localhost: release\n"
        "life@a.localhost: create\nlife@a.localhost: release\n"
        "reloaded: 0 plugins; unloaded a.localhost\n");
  CHECK(running.errors() ==
        "SIGHUP: file:7: the plugin 'life' failed to create: as told; nobody serves a.localhost now\n");
}

TEST_CASE("an entry that does not start is not loaded, and the others are") {
  ReloadedHost running(local({plugin("a.localhost")}));
  CHECK(running.reload(local(
            {plugin("a.localhost"), plugin("b.localhost", R"({"fail": "start"})"), plugin("c.localhost")})) ==
        "life@a.localhost: reload\n"
        "life@b.localhost: create\nlife@c.localhost: create\nlife@b.localhost: start\n"
        "life@b.localhost: destroy\nlife@b.localhost: release\nlife@c.localhost: start\n"
        "reloaded: 2 plugins; loaded c.localhost\n");
  CHECK(running.errors() ==
        "life@b.localhost: SIGHUP: file:7: the plugin 'life' failed to start: as told; it is not loaded\n");
}

TEST_CASE("what needs a restart is said in one warning, and the rest is done") {
  ReloadedHost running(local({plugin("a.localhost")}));
  HostConfig read = local({plugin("a.localhost"), plugin("b.localhost")});
  read.http.listen[0].port = 5280;
  own_settings<LocalMode>(read.of_mode).anonymous = true;
  running.reload(read);
  CHECK(running.lines.of(Level::warn) == "SIGHUP: needs a restart: http.listen, xmpp.anonymous\n");
}

TEST_CASE("another mode needs a restart, and who serves gets new settings all the same") {
  ReloadedHost running(local({plugin("a.localhost")}));
  HostConfig read = local({plugin("a.localhost", R"({"new": 1})"), plugin("b.localhost")});
  read.mode = "component";
  read.log_level = Level::debug;
  CHECK(running.reload(read) ==
        "life@a.localhost: reload\nreloaded: 1 plugins; new settings for a.localhost; log level debug\n");
  CHECK(running.lines.of(Level::warn) == "SIGHUP: needs a restart: xmpp.mode, the plugin at b.localhost\n");
}
