// SPDX-License-Identifier: MIT
// The kit as a server has it, with the least plugin, and with the one that tells the steps of its life.
#include <algorithm>
#include <mutex>

#include "kit/xp_host.hpp"
#include "support/catch.h"
#include "unit/server_stub/kit/played_server.h"

using namespace restanza;
using xp::host::Outcome;

namespace {

struct Embedded {
  PlayedServer server;
  std::mutex mutex;
  std::string lines, error;
  std::shared_ptr<KeptAnswer> answer = std::make_shared<KeptAnswer>();
  std::string outcomes;
  xp::host::Host host{settings({})};

  xp::host::HostSettings settings(std::vector<xp::host::Address> listen) {
    return {"test", "1.0", std::move(listen), [this](int32_t level, std::string_view line) {
              const std::lock_guard<std::mutex> lock(mutex);
              lines += std::to_string(level) + " " + std::string(line) + "\n";
            }};
  }
  xp::host::Plugin* load(const std::string& library, const std::string& json = "{}",
                         const std::string& domain = "rest.localhost", const std::string& prefix = "/rest") {
    xp::host::PluginSettings wanted;
    wanted.library = library;
    wanted.domain = domain;
    wanted.prefix = prefix;
    wanted.settings_json = json;
    return host.load(wanted, server, error);
  }
  bool offer(xp::host::Plugin& plugin, const std::string& xml) {
    return plugin.offer(xml, false, [this](const std::string& stanza, Outcome outcome) {
      outcomes +=
          outcome == Outcome::taken ? "taken;" : "passed " + xp::host::error_for(stanza, outcome) + ";";
    });
  }
};

xp::host::Request get(const std::string& path) {
  return {"GET", path, "", "127.0.0.1", {{"Host", "rest.localhost"}}, "", false};
}

}  // namespace

TEST_CASE("a request that is handed over reaches the plugin's route, and others reach nobody") {
  Embedded given;
  REQUIRE(given.load(HELLO_PLUGIN, R"({"greeting": "Good day"})"));
  REQUIRE(given.host.start(given.error));
  CHECK(given.host.listening().empty());
  CHECK(given.host.max_body("/rest/hello", "rest.localhost") == 0);
  CHECK_FALSE(given.host.max_body("/other", ""));
  CHECK(given.host.request(get("/other"), given.answer) == 0);
  const uint64_t request = given.host.request(get("/rest/hello"), given.answer);
  CHECK(request != 0);
  CHECK(given.answer->said == "respond 200 1 Good day;");
  given.host.client_left(request);  // these come late, and do no harm
  given.host.writable(request);
  xp::host::Request large = get("/rest/hello");
  large.body = "x";  // longer than the route reads
  CHECK(given.host.request(large, given.answer) != 0);
  CHECK(given.answer->said.find("respond 413 ") != std::string::npos);
  CHECK(given.host.end());
}

TEST_CASE("a stanza is taken or passed, and what the plugin sends reaches the server") {
  Embedded given;
  xp::host::Plugin* const plugin = given.load(HELLO_PLUGIN);
  REQUIRE(plugin);
  REQUIRE(given.host.start(given.error));
  const std::string head = "<iq type='get' id='1' from='a@x/r' to='rest.localhost'>";
  CHECK(given.offer(*plugin, head + "<ping xmlns='urn:xmpp:ping'/></iq>"));
  CHECK(given.outcomes == "taken;");
  CHECK(given.server.sent ==
        std::vector<std::string>{"<iq type='result' id='1' from='rest.localhost' to='a@x/r'/>"});
  CHECK(given.offer(*plugin, head + "<query xmlns='urn:other'/></iq>"));
  CHECK(given.outcomes.find("passed <iq ") != std::string::npos);
  CHECK(given.outcomes.find("<service-unavailable ") != std::string::npos);
  CHECK_FALSE(given.offer(*plugin, "<iq"));
}

TEST_CASE("an error is for who waits for one, and says why") {
  const std::string message = "<message from='a@x' to='rest.localhost'/>";
  CHECK(xp::host::error_for(message, Outcome::taken).empty());
  CHECK(xp::host::error_for(message, Outcome::refused).find("<resource-constraint ") != std::string::npos);
  for (const char* silent : {"<presence from='a@x'/>", "<message type='error'/>",
                             "<message type='groupchat'/>", "<iq type='result' id='1'/>", "no stanza"}) {
    CHECK(xp::host::error_for(silent, Outcome::refused).empty());
  }
}

TEST_CASE("a plugin goes through its life in order, each step once") {
  Embedded given;
  xp::host::Plugin* const plugin = given.load(LIFE_PLUGIN);
  REQUIRE(plugin);
  REQUIRE(given.host.start(given.error));
  REQUIRE(given.host.start(given.error));
  CHECK(plugin->reload("{}", given.error));
  CHECK_FALSE(plugin->reload(R"({"fail": "reload"})", given.error));
  CHECK(given.error == "as told");
  int done = 0;
  given.host.drain(std::chrono::milliseconds(100), [&done] { ++done; });
  CHECK(done == 1);
  CHECK(given.host.end());
  CHECK(given.host.end());
  std::string steps;
  for (const char* step : {"create", "start", "reload", "reload", "drain", "destroy"})
    steps += std::string("1 life@rest.localhost: ") + step + "\n";
  CHECK(given.lines.find(steps) == 0);
}

TEST_CASE("a plugin that cannot be made or started is told with its name, and the host can be ended") {
  Embedded given;
  CHECK_FALSE(given.load("/no/where.so"));
  CHECK(given.error.find("the plugin '/no/where.so' cannot be loaded: ") == 0);
  CHECK_FALSE(given.load(LIFE_PLUGIN, R"({"fail": "create"})"));
  CHECK(given.error == "life: as told");
  REQUIRE(given.load(LIFE_PLUGIN, R"({"fail": "start"})"));
  CHECK_FALSE(given.host.start(given.error));
  CHECK(given.error == "life: as told");
  CHECK(given.host.end());
}

TEST_CASE("a plugin is told whose a token is, and of a server without tokens that there are none") {
  const auto told = [](const std::string& known) {
    Embedded given;
    given.server.token = known;
    REQUIRE(given.load(LIFE_PLUGIN, R"({"ask": "token"})"));
    REQUIRE(given.host.start(given.error));
    return given.lines;
  };
  CHECK(told("t0ken").find("1 life@rest.localhost: alice@localhost\n") != std::string::npos);
  CHECK(told("another").find("1 life@rest.localhost: nobody's token\n") != std::string::npos);
  CHECK(told("").find("1 life@rest.localhost: no tokens\n") != std::string::npos);
}

TEST_CASE("plugins may keep the stanzas of a server that acknowledges them, and of no other") {
  for (const bool acknowledging : {false, true}) {
    Embedded given;
    given.server.acknowledging = acknowledging;
    xp::host::Plugin* const plugin = given.load(LIFE_PLUGIN);
    REQUIRE(plugin);
    REQUIRE(given.host.start(given.error));
    CHECK(given.offer(*plugin, "<message from='a@x' to='rest.localhost' type='headline'/>"));
    CHECK((given.lines.find("a stanza that may be kept") != std::string::npos) == acknowledging);
  }
}

TEST_CASE("a domain or a prefix that is none is refused before anything is loaded") {
  Embedded given;
  for (const char* domain : {"", "a@x", "x/r"}) {
    CHECK_FALSE(given.load(LIFE_PLUGIN, "{}", domain));
    CHECK(given.error.find("is no domain") != std::string::npos);
  }
  for (const char* prefix : {"rest", "/", "/rest/"}) {
    CHECK_FALSE(given.load(LIFE_PLUGIN, "{}", "rest.localhost", prefix));
    CHECK(given.error.find("the prefix ") == 0);
  }
  CHECK(given.lines.empty());
  REQUIRE(given.load(LIFE_PLUGIN, "{}", "once.localhost"));
  CHECK_FALSE(given.load(LIFE_PLUGIN, "{}", "ONCE.localhost"));
  CHECK(given.error.find("the domain 'once.localhost' is served already") == 0);
  CHECK(given.load(LIFE_PLUGIN, "{}", "rest.localhost", ""));
}

TEST_CASE("a plugin's settings are listed without an instance, and a plugin that tells of none has none") {
  std::vector<xp::host::Setting> settings(1);
  std::string error;
  REQUIRE(xp::host::settings_of(REPORT_PLUGIN, settings, error));
  REQUIRE(settings.size() == 2);
  CHECK(settings[0].table.empty());
  CHECK(settings[0].key == "loud");
  CHECK(settings[0].values == "true or false");
  CHECK(settings[0].default_json == "false");
  CHECK(settings[0].default_text == "false");
  CHECK(settings[0].sentence == "it is heard");
  CHECK(settings[0].types == XP_BOOLEAN);
  CHECK(settings[0].flags == XP_RESTART);
  CHECK(settings[1].table == "rooms");
  REQUIRE(xp::host::settings_of(LIFE_PLUGIN, settings, error));
  CHECK(settings.empty());
  CHECK_FALSE(xp::host::settings_of("/no/where.so", settings, error));
  CHECK(error.find("the plugin '/no/where.so' cannot be loaded: ") == 0);
}

TEST_CASE(
    "a plugin does by name what an operator asks for, without an instance, and says why where it cannot") {
  xp::host::PluginSettings plugin;
  plugin.library = REPORT_PLUGIN;
  plugin.domain = "rest.localhost";
  plugin.settings_json = "{}";
  std::string told, error;
  const auto line = [&told](const std::string& text) { told += text + "\n"; };
  REQUIRE(xp::host::run_task(plugin, "repeat", {"a", ""}, line, error));
  CHECK(told == "rest.localhost\nno directory\n{}\na\n\n");
  CHECK_FALSE(xp::host::run_task(plugin, "fail", {}, line, error));
  CHECK(error.find("could not do 'fail': as asked") != std::string::npos);
  CHECK_FALSE(xp::host::run_task(plugin, "migrate", {}, line, error));
  CHECK(error.find("knows no task 'migrate'") != std::string::npos);
  size_t lines = 0;
  const auto thrown = [&lines](const std::string&) { ++lines, throw std::runtime_error("no"); };
  CHECK_FALSE(xp::host::run_task(plugin, "repeat", {}, thrown, error));
  CHECK(error.find("could not be taken whole") != std::string::npos);
  CHECK(lines == 1);
  plugin.library = LIFE_PLUGIN;
  CHECK_FALSE(xp::host::run_task(plugin, "migrate", {}, line, error));
  CHECK(error.find("knows no task 'migrate'") != std::string::npos);
  plugin.library = "/no/where.so";
  CHECK_FALSE(xp::host::run_task(plugin, "migrate", {}, line, error));
  CHECK(error.find("the plugin '/no/where.so' cannot be loaded: ") == 0);
}

TEST_CASE("a host that listens says where, and takes no requests by hand") {
  Embedded given;
  xp::host::Host host(given.settings({xp::host::Address{}}));
  xp::host::PluginSettings wanted;
  wanted.library = HELLO_PLUGIN;
  wanted.domain = "rest.localhost";
  REQUIRE(host.load(wanted, given.server, given.error));
  REQUIRE(host.start(given.error));
  CHECK(host.listening().find("127.0.0.1:") == 0);
  CHECK(host.request(get("/rest/hello"), given.answer) == 0);
  CHECK(host.end());
}

TEST_CASE("a host listens at sixteen addresses, and not at one more") {
  Embedded given;
  xp::host::Host most(given.settings(std::vector<xp::host::Address>(16)));
  REQUIRE(most.start(given.error));
  const std::string listening = most.listening();
  CHECK(std::count(listening.begin(), listening.end(), ',') == 15);
  xp::host::Host more(given.settings(std::vector<xp::host::Address>(17)));
  CHECK_FALSE(more.start(given.error));
  CHECK(given.error == "HTTP is served at no more than 16 addresses");
}
