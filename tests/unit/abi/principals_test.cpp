// SPDX-License-Identifier: MIT
// A host's bearer tokens, through the border.
#include "support/catch.h"
#include "unit/abi/loaded_plugin.h"

using namespace restanza;

namespace {

FakeHost::Settings with_bearers() {
  FakeHost::Settings place;
  place.has_bearers = true;
  return place;
}

int status_of(const LoadedPlugin& loaded, const FakeHost::Call& call) {
  return loaded.host.now(call).value_or(FakeHost::Response()).status;
}

}  // namespace

TEST_CASE("a token of the host sends as its account, and its verdict may come later") {
  LoadedPlugin loaded(settings(), with_bearers());
  loaded.host.bearer("of-alice", "alice@localhost", XP_SEND);
  loaded.host.on_send([](const std::string&) { return XP_OK; });
  const auto good = loaded.host.request(loaded.post("<message to='bob@localhost'/>", "", "Bearer of-alice"));
  const auto bad = loaded.host.request(loaded.post("<message to='bob@localhost'/>", "", "Bearer of-bob"));
  CHECK(loaded.host.held_verdicts() == 2);
  CHECK(status_of(loaded, good) == 0);
  loaded.host.give_verdicts();
  CHECK(status_of(loaded, good) == 202);
  CHECK(status_of(loaded, bad) == 401);
  REQUIRE(loaded.host.sent().size() == 1);
  CHECK(loaded.host.sent()[0].find("from='alice@localhost'") != std::string::npos);
}

TEST_CASE(
    "a token without the right to send sends nothing, and a principal that is nobody cannot be checked") {
  LoadedPlugin loaded(settings(), with_bearers());
  loaded.host.bearer("of-alice", "alice@localhost", XP_RECEIVE);
  loaded.host.bearer("of-nobody", "", XP_SEND);
  const auto alice = loaded.host.request(loaded.post("<message to='bob@localhost'/>", "", "Bearer of-alice"));
  const auto nobody =
      loaded.host.request(loaded.post("<message to='bob@localhost'/>", "", "Bearer of-nobody"));
  loaded.host.give_verdicts();
  CHECK(status_of(loaded, alice) == 403);
  CHECK(status_of(loaded, nobody) == 500);
  CHECK(loaded.host.sent().empty());
}

TEST_CASE("a token's verdict that comes after the end changes nothing") {
  LoadedPlugin loaded(settings(), with_bearers());
  loaded.host.bearer("of-alice", "alice@localhost", XP_SEND);
  const auto call = loaded.host.request(loaded.post("<message to='bob@localhost'/>", "", "Bearer of-alice"));
  loaded.end();
  CHECK(status_of(loaded, call) == 503);
  loaded.host.give_verdicts();
  CHECK(loaded.host.sent().empty());
}
