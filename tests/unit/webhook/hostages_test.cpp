// SPDX-License-Identifier: MIT
// What an endpoint says to one conversation, or does not, leaves the others alone.
#include <thread>

#include "unit/webhook/scripted.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;

namespace {

xmpp::Stanza question(const std::string& from, const std::string& id) {
  return stanza("<iq type='get' id='" + id + "' from='" + from +
                "/r' to='bot@rest.localhost'><q xmlns='u'/></iq>");
}

const std::string kSpared = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3600\r\n\r\n";
const std::string kAway = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3600\r\n\r\n";

}  // namespace

TEST_CASE("an endpoint that is asked too often by one still answers all others") {
  Scripted endpoint;
  for (const char* id : {"a1", "a2", "a3"}) endpoint.answer(id, kSpared);
  Retried r(endpoint);
  r.start();
  for (const char* id : {"a1", "a2", "a3"}) r.give(question("alice@localhost", id));
  REQUIRE(r.replies.wait(3).size() == 3);
  for (const xmpp::Stanza& reply : r.replies.now()) CHECK(reply.type == "error");
  CHECK(endpoint.count() == 1);  // it said for how long
  CHECK(r.dispatcher->report()[0].state == "active");
  r.give(question("bob@localhost", "b1"));
  CHECK(r.replies.wait(4).back().type == "result");
  r.give(question("alice@localhost", "a4"));
  CHECK(r.replies.wait(5).back().type == "error");
  REQUIRE(r.pass_time(60s, [&] { return r.clock.now() > Instant(2h); }));
  r.give(question("alice@localhost", "a5"));
  CHECK(r.replies.wait(6).back().type == "result");
  CHECK(endpoint.times("a4") == 0);
}

TEST_CASE("conversations without an answer hold up none that is answered") {
  constexpr int kPoisonous = 30, kMessages = 100;
  Door held;
  Collected<std::string> answered;
  MemoryEndpoint endpoint(MemoryEndpoint::each_request([&](const std::string& request) {
    const std::string id = attribute(request, "id");
    if (id.rfind("poison", 0) == 0) {
      held.pass();
    } else {
      answered.add(id);
    }
    return response(204);
  }));
  Running r(endpoint);
  r.start();
  r.give(message("well@localhost", "before"));
  REQUIRE(answered.wait(1).size() == 1);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (r.dispatcher->report()[0].waiting != 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  for (int i = 0; i < kPoisonous; ++i) r.give(message(user(i), "poison" + std::to_string(i)));
  for (int i = 0; i < kMessages; ++i) r.give(message("well@localhost", std::to_string(i)));
  CHECK(answered.wait(1 + kMessages).size() == 1 + kMessages);
  held.open();
}

TEST_CASE("to resume an endpoint is to try it now, whatever it said and whether or not it was stopped") {
  Scripted endpoint;
  endpoint.answer_all(kAway);
  Retried r(endpoint);
  r.start();
  for (int i = 0; i < 5; ++i) r.give(message(user(i), std::to_string(i)));
  const auto report = [&] { return r.dispatcher->report()[0]; };
  REQUIRE(r.pass_time(0ms, [&] { return report().state == "unreachable" && report().at_work == 0; }));
  endpoint.answer_all(response(204));
  const size_t before = endpoint.count();
  const Instant begin = r.clock.now();
  CHECK(r.dispatcher->resume("default") == Dispatcher::Steered::unchanged);
  REQUIRE(endpoint.asked.wait(before + 1).size() > before);
  CHECK(r.clock.now() == begin);
  CHECK(r.pass_time(100ms, [&] { return r.kept().empty(); }));
  CHECK(r.clock.now() - begin < 1min);
}
