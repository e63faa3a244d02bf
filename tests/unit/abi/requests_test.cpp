// SPDX-License-Identifier: MIT
// Requests through the border: exchanges that end in each way, and the host's word on what is sent.
#include <thread>

#include "unit/abi/loaded_plugin.h"

using namespace restanza;
using namespace std::chrono_literals;

namespace {

constexpr const char* kSentMessage = "<message id='1' to='bob@localhost'><body>Hi</body></message>";

}  // namespace

TEST_CASE("an iq's answer comes in by the hook and goes out as the response") {
  LoadedPlugin loaded;
  const auto call = loaded.host.request(loaded.ping("1"));
  CHECK(loaded.host.open_exchanges() == 1);
  CHECK(loaded.host.offer("<iq type='result' id='1' from='eve@localhost' to='rest.localhost'/>") == XP_PASS);
  CHECK(loaded.host.offer(loaded.pong("1")) == XP_CONSUME);
  const auto response = loaded.host.now(call);
  REQUIRE(response);
  CHECK(response->status == 200);
  CHECK(response->body == loaded.pong("1"));
  CHECK(loaded.host.offer(loaded.pong("1")) == XP_PASS);
}

TEST_CASE("the answer may arrive before the host has returned from sending") {
  LoadedPlugin loaded;
  loaded.host.on_send([&](const std::string&) {
    CHECK(loaded.host.offer(loaded.pong("1")) == XP_CONSUME);
    return XP_OK;
  });
  CHECK(loaded.host.ask(loaded.ping("1")).status == 200);
}

TEST_CASE("an iq expires by the clock of the world") {
  LoadedPlugin loaded;
  auto request = loaded.ping("1");
  request.headers.emplace_back("Restanza-Timeout", "0.01");
  CHECK(loaded.host.ask(request).status == 504);
  CHECK(loaded.host.offer(loaded.pong("1")) == XP_PASS);
}

TEST_CASE("a client that leaves frees its place in the table") {
  LoadedPlugin loaded(settings(R"(, "rest_iq_pending_limit": 1)"));
  const auto call = loaded.host.request(loaded.ping("1"));
  CHECK(loaded.host.ask(loaded.ping("2")).status == 503);
  loaded.host.leave(call);
  CHECK(loaded.host.open_exchanges() == 0);
  loaded.host.request(loaded.ping("2"));
  CHECK(loaded.host.open_exchanges() == 1);
}

TEST_CASE("a client that has left before the iq is sent sends none") {
  LoadedPlugin loaded;
  loaded.host.account("alice", "wonder", "alice@localhost");
  loaded.host.hold_verdicts();
  const auto call = loaded.host.request(loaded.ping("1", basic("alice", "wonder")));
  loaded.host.leave(call);
  loaded.host.give_verdicts();
  CHECK(loaded.host.open_exchanges() == 0);
  CHECK(loaded.host.sent().empty());
}

TEST_CASE("what the host says of a stanza is the response") {
  LoadedPlugin loaded;
  const auto status = [&](xp_status verdict) {
    loaded.host.on_send([verdict](const std::string&) { return verdict; });
    const int message = loaded.host.ask(loaded.post(kSentMessage)).status;
    CHECK(loaded.host.ask(loaded.ping("1")).status == message);
    return message;
  };
  CHECK(status(XP_WOULD_BLOCK) == 503);
  CHECK(status(XP_TOO_BIG) == 413);
  CHECK(status(XP_DENIED) == 403);
  CHECK(status(XP_INVALID) == 422);
  CHECK(loaded.host.retries() == 0);
}

TEST_CASE("while the link is down messages are taken, iqs are not, and health says so") {
  LoadedPlugin loaded;
  FakeHost::Request health;
  health.method = "GET";
  health.path = "/rest/health";
  CHECK(loaded.host.ask(health).status == 200);
  loaded.host.link(false);
  CHECK(loaded.host.ask(health).status == 503);
  CHECK(loaded.host.ask(loaded.post(kSentMessage)).status == 202);
  const auto refused = loaded.host.ask(loaded.ping("1"));
  CHECK(refused.status == 503);
  CHECK(refused.header("Retry-After") == "5");
  loaded.host.link(true);
  CHECK(loaded.host.ask(health).status == 200);
}

TEST_CASE("a host without extensions has no accounts, and its link counts as up") {
  FakeHost::Settings place;
  place.has_auth = false;
  place.has_link = false;
  LoadedPlugin loaded(settings(), place);
  FakeHost::Request health;
  health.method = "GET";
  health.path = "/rest/health";
  CHECK(loaded.host.ask(health).status == 200);
  CHECK(loaded.host.ask(loaded.post(kSentMessage, "", basic("alice", "wonder"))).status == 401);
  CHECK(loaded.host.ask(loaded.post(kSentMessage)).status == 202);
}

TEST_CASE("an account's stanza goes out as the account, whoever gives the verdict") {
  LoadedPlugin loaded;
  loaded.host.account("alice", "wonder", "alice@localhost");
  loaded.host.account("alice@localhost", "wonder", "alice@localhost");
  loaded.host.on_send([](const std::string&) { return XP_OK; });
  CHECK(loaded.host.ask(loaded.post(kSentMessage, "", basic("alice", "wonder"))).status == 202);
  CHECK(loaded.host.ask(loaded.post(kSentMessage, "", basic("alice", "wrong"))).status == 401);
  loaded.host.hold_verdicts();
  const auto call = loaded.host.request(loaded.post(kSentMessage, "", basic("alice@localhost", "wonder")));
  CHECK(loaded.host.held_verdicts() == 1);
  std::thread([&] { loaded.host.give_verdicts(); }).join();
  CHECK(loaded.host.now(call).value_or(FakeHost::Response()).status == 202);
  CHECK(loaded.host.sent().size() == 2);
  CHECK(loaded.host.sent()[1].find("from='alice@localhost'") != std::string::npos);
}

TEST_CASE("a password that could not be checked is 500") {
  LoadedPlugin loaded;
  loaded.host.password_checks_fail();
  CHECK(loaded.host.ask(loaded.post(kSentMessage, "", basic("alice", "wonder"))).status == 500);
}

TEST_CASE("a body of the largest size is taken, and one byte more is 413") {
  LoadedPlugin loaded(settings(R"(, "rest_stanza_size_limit": 100)"));
  const std::string frame = "<message to='bob@localhost'></message>";
  const std::string largest =
      "<message to='bob@localhost'>" + std::string(100 - frame.size(), ' ') + "</message>";
  REQUIRE(largest.size() == 100);
  CHECK(loaded.host.ask(loaded.post(largest)).status == 202);
  CHECK(loaded.host.ask(loaded.post(" " + largest)).status == 413);
}

TEST_CASE("a stanza larger than the host's largest is 413") {
  FakeHost::Settings place;
  place.max_stanza = 64;
  LoadedPlugin loaded(settings(), place);
  CHECK(loaded.host.ask(loaded.post(kSentMessage)).status == 413);
  CHECK(loaded.host.ask(loaded.post("<message id='1' to='b@localhost'/>")).status == 202);
}

TEST_CASE("a request that is nothing at all is refused in peace") {
  LoadedPlugin loaded;
  FakeHost::Request request;
  request.method = "";
  request.path = "/rest";
  CHECK(loaded.host.ask(request).status == 405);
  request.method = "POST";
  CHECK(loaded.host.ask(request).status == 401);
}
