// SPDX-License-Identifier: MIT
// An instance's life as a host leads it: create, start, drain, destroy, in every order that xp.h allows.
#include <dirent.h>

#include <algorithm>
#include <cstddef>
#include <fstream>

#include "support/directory.h"
#include "support/threads.h"
#include "unit/abi/loaded_plugin.h"

using namespace restanza;
using namespace std::chrono_literals;

namespace {

size_t entries(const char* directory) {
  size_t count = 0;
  DIR* const open = ::opendir(directory);
  while (::readdir(open)) ++count;
  ::closedir(open);
  return count;
}
size_t descriptors() {
  return entries("/proc/self/fd");
}

// The lines of the log that have this in them.
size_t logged(const LoadedPlugin& loaded, const std::string& text) {
  const auto lines = loaded.host.log();
  return static_cast<size_t>(std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.find(text) != std::string::npos;
  }));
}

}  // namespace

TEST_CASE("the descriptor is whole, constant and says who it is") {
  const xp_plugin_desc* desc = xp_plugin_entry_v1();
  CHECK(desc == xp_plugin_entry_v1());
  CHECK(desc->size == sizeof(xp_plugin_desc));
  CHECK(desc->minor == XP_MINOR);
  CHECK(desc->min_host_minor <= desc->minor);
  CHECK(std::string(desc->id) == "restanza");
  CHECK(std::string(desc->license) == "MIT");
  CHECK_FALSE(std::string(desc->version).empty());
  CHECK((desc->create && desc->start && desc->drain && desc->destroy));
}

TEST_CASE("settings that are wrong are refused, by name, and nothing is left of them") {
  const struct {
    const char* json;
    const char* named;
  } kWrong[] = {
      {"", "JSON"},
      {"[]", "JSON"},
      {"{", "JSON"},
      {R"({"wibble": 1})", "wibble"},
      {R"({"component_secret": 7})", "component_secret"},
      {R"({"component_secret": ""})", "component_secret"},
      {R"({"component_secret_file": "/nonexistent/secret"})", "component_secret_file"},
      {R"({"rest_iq_timeout": 0})", "rest_iq_timeout"},
      {R"({"rest_iq_pending_limit": 0})", "rest_iq_pending_limit"},
      {R"({"rest_callback_url": "ftp://x/"})", "ftp"},
      {R"({"rest_callback_url": "http://127.0.0.1/{wibble}"})", "wibble"},
      {R"({"rest_callback_events": ["moon"]})", "rest_callback_events"},
      {R"({"rest_tokens": [{"name": "t", "sha256": "short"}]})", "rest_tokens[0].sha256"},
      {R"({"rest_tokens": [{"name": "t", "wibble": 1}]})", "rest_tokens[0]"},
  };
  const size_t threads_before = threads();
  for (const auto& wrong : kWrong) {
    CAPTURE(wrong.json);
    FakeHost host(xp_plugin_entry_v1());
    const std::string error = host.create(wrong.json);
    CAPTURE(error);
    CHECK(host.last_code() == XP_INVALID);
    CHECK(error.find(wrong.named) != std::string::npos);
    CHECK(host.contexts() == 0);
    CHECK(host.failures().empty());
  }
  CHECK(has_threads(threads_before));
}

TEST_CASE("a long error is cut, and still a text") {
  FakeHost host(xp_plugin_entry_v1());
  const std::string error = host.create(R"({")" + std::string(1000, 'k') + R"(": 1})");
  CHECK(error.size() == sizeof(xp_error::text) - 1);
}

TEST_CASE("an older host whose vtable is too short is refused, and one just long enough is not") {
  FakeHost::Settings place;
  place.size = offsetof(xp_host, http_end) + sizeof(xp_host::http_end);
  { LoadedPlugin loaded(settings(), place); }
  --place.size;
  FakeHost host(xp_plugin_entry_v1(), place);
  CHECK_FALSE(host.create(settings()).empty());
  CHECK(host.last_code() == XP_UNSUPPORTED);
}

TEST_CASE("an instance that was never started is destroyed without a drain") {
  FakeHost host(xp_plugin_entry_v1());
  REQUIRE(host.create(settings()) == "");
  host.destroy();
  CHECK(host.contexts() == 0);
  CHECK(host.failures().empty());
}

TEST_CASE("a start that the host refuses leaves an instance that can be destroyed") {
  for (const bool route : {true, false}) {
    CAPTURE(route);
    FakeHost::Settings place;
    place.refuse_route = route;
    place.refuse_hook = !route;
    FakeHost host(xp_plugin_entry_v1(), place);
    REQUIRE(host.create(callback_to("http://127.0.0.1:9/x")) == "");
    const std::string error = host.start();
    CHECK(host.last_code() == XP_INVALID);
    CHECK(error.find(route ? "/rest" : "hook") != std::string::npos);
    host.destroy();
    CHECK(host.contexts() == 0);
    CHECK(host.failures().empty());
  }
}

TEST_CASE("new settings hold for new requests, and a request under way ends as it began") {
  LoadedPlugin loaded;
  const auto reload = [&](const std::string& json, xp_error& error) {
    return xp_plugin_entry_v1()->reload(loaded.host.plugin(), {json.data(), json.size()}, &error);
  };
  const auto message = loaded.post("<message to='bob@localhost'/>");
  xp_error error{};
  const auto waiting = loaded.host.request(loaded.ping("1"));

  SECTION("another secret") {
    CHECK(reload(R"({"component_secret": "another"})", error) == XP_OK);
    CHECK(loaded.host.ask(message).status == 401);
    CHECK(reload(R"({"component_secret": "a third"})", error) == XP_OK);
  }
  SECTION("the same settings, which name a file that holds another secret") {
    const Directory directory;
    const std::string file = directory.path() + "/secret";
    const std::string named = R"({"component_secret_file": ")" + file + "\"}";
    const char* const said = "the component's secret is another one from now on";
    std::ofstream(file) << kSecret;
    CHECK(reload(named, error) == XP_OK);
    CHECK(logged(loaded, said) == 0);
    CHECK(loaded.host.ask(message).status == 202);
    std::ofstream(file) << "another";
    CHECK(reload(named, error) == XP_OK);
    CHECK(logged(loaded, said) == 1);
    CHECK(loaded.host.ask(message).status == 401);
  }
  SECTION("wrong ones change nothing") {
    CHECK(reload(R"({"wibble": 1})", error) == XP_INVALID);
    CHECK(std::string(error.text).find("wibble") != std::string::npos);
    CHECK(loaded.host.ask(message).status == 202);
  }
  SECTION("those that need a restart stay and are named, and everything else is taken") {
    const std::string fixed = R"({"component_secret": "another", "journal_max_bytes": 1048576,
        "rest_stanza_size_limit": 10, "rest_iq_pending_limit": 1, "rest_callback_url": "http://127.0.0.1:9/"})";
    CHECK(reload(fixed, error) == XP_OK);
    CHECK(logged(loaded,
                 "'journal_max_bytes', 'rest_iq_pending_limit', 'rest_stanza_size_limit' cannot change "
                 "while the plugin runs: restart it for these; everything else is taken") == 1);
    CHECK(loaded.host.ask(message).status == 401);
    CHECK(loaded.host.offer("<message from='bob@localhost' to='rest.localhost'><body>x</body></message>") ==
          XP_CONSUME);
    const auto second = loaded.host.request(loaded.ping("2", basic("rest.localhost", "another")));
    CHECK_FALSE(loaded.host.now(second));  // past the new limits, within those that hold
    CHECK(loaded.host.offer(loaded.pong("2")) == XP_CONSUME);
    CHECK(reload(R"({"component_secret": "a third"})", error) == XP_OK);  // as they were at the start
    CHECK(logged(loaded, "cannot change while the plugin runs") == 1);
  }
  SECTION("a default that is written down is no change, and what stands beside it holds") {
    CHECK(reload(R"({"component_secret": "another", "rest_iq_pending_limit": 16384})", error) == XP_OK);
    CHECK(loaded.host.ask(message).status == 401);
    CHECK(logged(loaded, "cannot change while the plugin runs") == 0);
    CHECK(reload(R"({"component_secret": "another", "rest_iq_pending_limit": 7})", error) == XP_OK);
    CHECK(logged(loaded, "'rest_iq_pending_limit' cannot change while the plugin runs") == 1);
    CHECK(reload(R"({"component_secret": "a third"})", error) == XP_OK);
    CHECK(logged(loaded, "cannot change while the plugin runs") == 1);
  }
  SECTION("an endpoint comes") {
    CHECK(reload(settings(R"(, "rest_callback_url": "http://127.0.0.1:9/")"), error) == XP_OK);
    CHECK(loaded.host.offer("<message from='bob@localhost' to='rest.localhost'><body>x</body></message>") ==
          XP_CONSUME);
  }
  CHECK(loaded.host.offer(loaded.pong("1")) == XP_CONSUME);
  const auto response = loaded.host.now(waiting);
  REQUIRE(response);
  CHECK(response->status == 200);
}

TEST_CASE("an idle instance is drained at once") {
  LoadedPlugin loaded;
  loaded.host.drain(0ms);
  CHECK(loaded.host.wait_done());
}

TEST_CASE("a drain ends the iqs that wait, and what comes then is refused") {
  LoadedPlugin loaded;
  const auto first = loaded.host.request(loaded.ping("1"));
  const auto second = loaded.host.request(loaded.ping("2"));
  CHECK(loaded.host.open_exchanges() == 2);
  loaded.host.drain(20s);
  for (const auto& call : {first, second}) {
    const auto response = loaded.host.wait(call);
    REQUIRE(response);
    CHECK(response->status == 503);
    CHECK(response->header("Retry-After") == "5");
  }
  CHECK(loaded.host.wait_done());
  CHECK(loaded.host.ask(loaded.ping("3")).status == 503);
  CHECK(loaded.host.ask(loaded.post("<message to='bob@localhost'/>")).status == 503);
  CHECK(loaded.host.offer(loaded.pong("1")) == XP_PASS);
  CHECK(loaded.host.sent().size() == 2);
}

TEST_CASE("a password verdict that comes during a drain, or after it, changes nothing") {
  for (const bool destroyed : {false, true}) {
    CAPTURE(destroyed);
    LoadedPlugin loaded;
    loaded.host.account("alice", "wonder", "alice@localhost");
    loaded.host.hold_verdicts();
    const auto call =
        loaded.host.request(loaded.post("<message to='bob@localhost'/>", "", basic("alice", "wonder")));
    REQUIRE(loaded.host.held_verdicts() == 1);
    loaded.host.drain(20s);
    CHECK(loaded.host.wait_done());
    CHECK(loaded.host.now(call).value_or(FakeHost::Response()).status == 503);
    if (destroyed) loaded.host.destroy();
    loaded.host.give_verdicts();
    CHECK(loaded.host.sent().empty());
  }
}

TEST_CASE("two instances live side by side, each with its own place") {
  FakeHost::Settings place;
  place.domain = "other.localhost";
  place.prefix = "/other/api";
  LoadedPlugin first;
  LoadedPlugin second(settings(), place);
  CHECK(second.host.ask(second.post("<message id='1' to='bob@localhost'/>")).status == 202);
  CHECK(second.host.sent().at(0).find("from='other.localhost'") != std::string::npos);
  first.end();
  CHECK(second.host.ask(second.post("<message to='bob@localhost'/>", "/echo")).status == 200);
}

TEST_CASE("two hundred instances leave no thread and no descriptor behind") {
  { LoadedPlugin warm(callback_to("http://127.0.0.1:9/x")); }
  const size_t descriptors_before = descriptors();
  const size_t threads_before = threads();
  for (int i = 0; i < 200; ++i) {
    LoadedPlugin loaded(i % 2 == 0 ? settings() : callback_to("http://127.0.0.1:9/x"));
    if (i % 2 == 0) loaded.host.request(loaded.ping("1"));
  }
  CHECK(descriptors() == descriptors_before);
  CHECK(has_threads(threads_before));
}
