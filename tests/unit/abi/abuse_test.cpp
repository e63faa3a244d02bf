// SPDX-License-Identifier: MIT
// Rates and delays of the whole plugin: what its life has to do with them.
#include <string>

#include "unit/abi/loaded_plugin.h"

using namespace restanza;

namespace {

constexpr const char* kMessage = "<message id='1' to='bob@localhost'><body>Hi</body></message>";

// The first failures are told at once; the sixth waits.
FakeHost::Call guess_until_it_waits(FakeHost& host, const FakeHost::Request& wrong) {
  for (int i = 0; i < 5; ++i) CHECK(host.ask(wrong).status == 401);
  return host.request(wrong);
}

}  // namespace

TEST_CASE("a refusal that waits is told by the plugin itself") {
  LoadedPlugin loaded;
  const auto wrong = loaded.post(kMessage, "", basic("rest.localhost", "guess"));
  const auto call = guess_until_it_waits(loaded.host, wrong);
  CHECK(loaded.host.wait(call).value_or(FakeHost::Response()).status == 401);
}

TEST_CASE("a plugin that is destroyed without a drain leaves nobody waiting") {
  FakeHost host(xp_plugin_entry_v1());
  REQUIRE(host.create(settings()) == "");
  REQUIRE(host.start() == "");
  FakeHost::Request wrong;
  wrong.path = "/rest";
  wrong.headers = {{"Authorization", basic("rest.localhost", "guess")}};
  const auto call = guess_until_it_waits(host, wrong);
  host.destroy();
  CHECK(host.now(call).value_or(FakeHost::Response()).status >= 401);
  CHECK(host.open_exchanges() == 0);
  CHECK(host.contexts() == 0);
}

TEST_CASE("a client that leaves while its refusal waits is forgotten") {
  LoadedPlugin loaded;
  const auto wrong = loaded.post(kMessage, "", basic("rest.localhost", "guess"));
  const auto call = guess_until_it_waits(loaded.host, wrong);
  loaded.host.leave(call);
  CHECK(loaded.host.open_exchanges() == 0);
}

TEST_CASE("new rates hold for the next request") {
  LoadedPlugin loaded(settings(R"(, "rest_rate_limit": 0.001)"));
  const auto reload = [&](const std::string& json) {
    xp_error error = {};
    return xp_plugin_entry_v1()->reload(loaded.host.plugin(), {json.data(), json.size()}, &error);
  };
  CHECK(loaded.host.ask(loaded.post(kMessage)).status == 202);
  const auto refused = loaded.host.ask(loaded.post(kMessage));
  CHECK(refused.status == 429);
  const int wait = std::stoi(refused.header("Retry-After"));  // some of the time may be over
  CHECK(wait <= 1000);
  CHECK(wait > 990);
  CHECK(reload(settings()) == XP_OK);
  for (int i = 0; i < 10; ++i) CHECK(loaded.host.ask(loaded.post(kMessage)).status == 202);
  CHECK(reload(settings(R"(, "rest_rate_limit": 0.002)")) == XP_OK);
  for (const int status : {202, 429}) CHECK(loaded.host.ask(loaded.post(kMessage)).status == status);
}
