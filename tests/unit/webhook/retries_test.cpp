// SPDX-License-Identifier: MIT
// What becomes of deliveries that fail, by a clock that the test moves.
#include <atomic>
#include <future>
#include <map>

#include "support/directory.h"
#include "unit/webhook/scripted.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;

TEST_CASE("a message that was answered 503 is tried again with the same webhook-id, and then is gone") {
  Scripted endpoint;
  endpoint.answer("1", response(503));
  Retried r(endpoint);
  r.start();
  r.give(message("a@localhost", "1"));
  REQUIRE(endpoint.asked.wait(1).size() == 1);
  endpoint.answer_all(response(200, "application/xmpp+xml", "<message><body>late</body></message>"));
  REQUIRE(r.pass_time(100ms, [&] { return endpoint.count() == 2; }));
  const auto replies = r.replies.wait(1);
  REQUIRE(replies.size() == 1);
  CHECK_THAT(replies[0].xml, Contains("<body>late</body>"));
  const auto requests = endpoint.requests.now();
  CHECK(header(requests[0], "webhook-id").substr(0, 4) == "msg_");
  CHECK(header(requests[0], "webhook-id") == header(requests[1], "webhook-id"));
  CHECK(header(requests[0], "webhook-timestamp") != "");
  CHECK(r.pass_time(0ms, [&] { return r.kept().empty(); }));
}

TEST_CASE("a poisonous message is given up after five failures, and its conversation goes on") {
  Scripted endpoint;
  endpoint.answer("poison", response(500, "text/plain", "cannot read this"));
  Retried r(endpoint);
  r.start();
  r.pass_poison();
  CHECK(endpoint.times("poison") == subscription::kMaxFailures);
  CHECK(r.state_of("poison") == "dead");
  const auto replies = r.replies.wait(1);
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].id == "poison");
  CHECK_THAT(replies[0].xml, Contains("type='error'") && Contains(">cannot read this</text>"));
  REQUIRE(r.drain());
  const auto dead = r.kept();
  REQUIRE(dead.size() == 1);
  CHECK(dead[0].attempts == 5);
  CHECK(dead[0].failures == 5);
  CHECK(dead[0].last_error == "it answered 500");
}

TEST_CASE("a message whose reply is larger than the server takes is a dead letter that says so") {
  Scripted endpoint;
  const auto reply = [](size_t letters) {
    return response(200, "application/json", R"({"body": ")" + std::string(letters, 'x') + R"("})");
  };
  endpoint.answer("large", reply(5000));
  endpoint.answer("small", reply(1));
  Retried r(endpoint);
  r.max_stanza = 1000;
  r.start();
  for (const char* id : {"large", "small"}) r.give(message("a@localhost", id));
  r.give(
      stanza("<iq type='get' from='a@localhost/r' to='bot@rest.localhost' id='large'><ping "
             "xmlns='urn:xmpp:ping'/></iq>"));
  REQUIRE(r.replies.wait(3).size() == 3);
  size_t errors = 0;
  for (const auto& each : r.replies.now()) {
    if (each.type != "error") continue;
    ++errors;
    CHECK(each.id == "large");
    CHECK_THAT(each.xml, Contains("larger than the server takes"));
  }
  CHECK(errors == 1);  // the iq's answer holds nothing that an iq can have
  CHECK(r.pass_time(0ms, [&] { return r.kept().size() == 1 && r.state_of("large") == "dead"; }));
  CHECK_THAT(r.kept().at(0).last_error,
             Contains("its reply is a stanza of 5") && Contains("the server takes at most 1000"));
  CHECK_THAT(r.metrics.text(), Contains("given_up"));
  endpoint.answer_all(reply(2));
  std::promise<void> told;
  r.kept_deliveries->replay(journal::Filter(), [&](const Result<size_t>&) { told.set_value(); });
  told.get_future().wait();
  REQUIRE(r.replies.wait(4).size() == 4);
  CHECK(r.pass_time(0ms, [&] { return r.kept().empty(); }));
}

TEST_CASE("a reply within the plugin may be larger than the server takes") {
  Scripted endpoint;
  endpoint.answer_all(
      response(200, "application/json", R"({"gateway": {"jid": ")" + std::string(5000, 'x') + R"("}})"));
  Retried r(endpoint);
  r.max_stanza = 1000;
  r.start();
  r.give(
      stanza("<iq type='get' from='rest.localhost' to='bot@rest.localhost' id='1'><ping "
             "xmlns='urn:xmpp:ping'/></iq>"));
  r.give(
      stanza("<iq type='get' from='a@localhost' to='bot@rest.localhost' id='2'><ping "
             "xmlns='urn:xmpp:ping'/></iq>"));
  REQUIRE(r.replies.wait(2).size() == 2);
  for (const auto& each : r.replies.now()) CHECK(each.type == (each.id == "1" ? "result" : "error"));
}

TEST_CASE("what must not be answered is given up without a word") {
  const std::string type = GENERATE("error", "groupchat");
  Scripted endpoint;
  endpoint.answer("poison", response(500));
  Retried r(endpoint);
  r.start();
  r.pass_poison(type);
  REQUIRE(r.drain());
  CHECK(r.state_of("poison") == "dead");
  CHECK(r.replies.now().empty());
}

TEST_CASE("an endpoint that is away for hours gets everything in order when it is back") {
  Scripted endpoint;
  endpoint.answer_all(response(503));
  Retried r(endpoint);
  r.start();
  for (int i = 0; i < 30; ++i) r.give(message(user(i % 3), std::to_string(i)));
  REQUIRE(r.pass_time(1s, [&] { return r.dispatcher->report()[0].state == "unreachable"; }));
  const Instant begin = r.clock.now();
  const size_t before = endpoint.count();
  REQUIRE(r.pass_time(1s, [&] { return r.clock.now() - begin > 5h; }));
  // One probe a time: never more than one for each half minute, give or take its jitter.
  CHECK(endpoint.count() - before <= 5 * 3600 / 24 + 5);
  CHECK(r.replies.now().empty());
  endpoint.answer_all(response(204));
  const size_t failed = endpoint.count();
  REQUIRE(r.pass_time(100ms, [&] { return endpoint.count() >= failed + 30; }));
  std::map<int, int> last;
  const auto asked = endpoint.asked.now();
  for (size_t i = asked.size() - 30; i < asked.size(); ++i) {
    const int id = std::stoi(asked[i]);
    CHECK((last.count(id % 3) ? last[id % 3] + 3 : id % 3) == id);
    last[id % 3] = id;
  }
  CHECK(r.pass_time(0ms, [&] { return r.kept().empty(); }));
  CHECK(r.dispatcher->report()[0].state == "active");
}

TEST_CASE("what waited during an outage goes at the drain rate of the endpoint") {
  Scripted endpoint;
  endpoint.answer_all(response(503));
  Retried r(endpoint);
  r.settings[0].drain_rate = 1;
  r.start();
  for (int i = 0; i < 20; ++i) r.give(message(user(i), std::to_string(i)));
  const auto report = [&] { return r.dispatcher->report()[0]; };
  REQUIRE(r.pass_time(1s, [&] { return report().state == "unreachable" && report().at_work == 0; }));
  endpoint.answer_all(response(204));
  REQUIRE(r.pass_time(1s, [&] { return report().state == "draining backlog"; }));
  const size_t left = report().waiting - report().at_work;
  const Instant begin = r.clock.now();
  REQUIRE(r.pass_time(100ms, [&] { return r.kept().empty(); }));
  // One a second; the first of them is due at once, and another may be on its way already.
  CHECK(left > 8);
  CHECK(std::chrono::duration<double>(r.clock.now() - begin).count() >= static_cast<double>(left) - 2);
}

TEST_CASE("after a day a delivery is given up, whether it was tried or waited behind another") {
  Scripted endpoint;
  endpoint.answer_all(response(503));
  Retried r(endpoint);
  r.start();
  r.give(message("a@localhost", "tried"));
  r.give(message("a@localhost", "behind"));
  REQUIRE(endpoint.asked.wait(1).size() == 1);
  REQUIRE(r.pass_time(60s, [&] { return r.replies.now().size() == 2; }));
  CHECK(r.clock.now() >= Instant(1h + subscription::kLifetime));
  CHECK(r.clock.now() <
        Instant(1h + subscription::kLifetime + 2h));  // the requests in between take real time
  CHECK(r.state_of("tried") == "dead");
  CHECK(r.state_of("behind") == "dead");
  for (const auto& reply : r.replies.now()) {
    CHECK_THAT(reply.xml, Contains("<remote-server-timeout "));
  }
  CHECK_THAT(r.metrics.text(), Contains("cause=\"expired\",endpoint=\"default\"} 2") ||
                                   Contains("endpoint=\"default\",cause=\"expired\"} 2"));
}

TEST_CASE("dead letters are kept for two weeks") {
  Scripted endpoint;
  endpoint.answer("poison", response(500));
  Retried r(endpoint);
  r.start();
  r.answer_beside();
  r.give(message("a@localhost", "poison"));
  REQUIRE(r.pass_time_beside([&] { return r.state_of("poison") == "dead"; }));
  const Instant died = r.clock.now();
  REQUIRE(r.pass_time(30min, [&] { return r.kept().empty(); }));
  CHECK(r.clock.now() - died >= subscription::KeptDeliveries::kDeadKept);
}

TEST_CASE("dead letters are kept for two weeks that pass, wherever the wall clock jumps meanwhile") {
  const auto jump = GENERATE(1, -1) * std::chrono::hours(subscription::KeptDeliveries::kDeadKept + 1h);
  Scripted endpoint;
  endpoint.answer("poison", response(500));
  Retried r(endpoint);
  r.start();
  r.answer_beside();
  r.give(message("a@localhost", "poison"));
  REQUIRE(r.pass_time_beside([&] { return r.state_of("poison") == "dead"; }));
  const Instant died = r.clock.now();
  r.fake.step_wall(jump);
  const Instant jumped = r.clock.now();
  REQUIRE(
      r.pass_time(10min, [&] { return r.clock.now() - jumped > 2 * subscription::KeptDeliveries::kPurge; }));
  CHECK(r.state_of("poison") == "dead");
  const auto said = r.said();
  CHECK(std::count_if(said.begin(), said.end(), [](const std::string& line) {
          return line.find("The wall clock has jumped") == 0;
        }) == 1);
  REQUIRE(r.pass_time(30min, [&] { return r.kept().empty(); }));
  CHECK(r.clock.now() - died >= subscription::KeptDeliveries::kDeadKept);
  CHECK(r.clock.now() - died <
        subscription::KeptDeliveries::kDeadKept + 3 * subscription::KeptDeliveries::kPurge);
}

TEST_CASE("what waits when the wall clock jumps ahead has the rest of its day, also after a restart") {
  const Directory directory;
  Scripted endpoint;
  endpoint.answer_all(response(503));
  {
    Retried r(endpoint);
    r.journal_settings.directory = directory.path();
    r.start();
    r.give(message("a@localhost", "kept"));
    REQUIRE(endpoint.asked.wait(1).size() == 1);
    r.fake.step_wall(25h);
    CHECK(r.state_of("kept") == "waiting");
  }
  Retried r(endpoint);
  r.journal_settings.directory = directory.path();
  r.fake.step_wall(25h);  // still
  r.start();
  const Instant began = r.clock.now();
  REQUIRE(r.pass_time(1s, [&] { return r.clock.now() - began > 10min; }));
  CHECK(r.state_of("kept") == "waiting");
  CHECK(r.replies.now().empty());
}

TEST_CASE("an iq is answered at once where its endpoint is away, and never waits in the journal") {
  Scripted endpoint;
  endpoint.answer_all(response(503));
  Retried r(endpoint);
  r.start();
  const auto ping = [](const std::string& id) {
    return stanza("<iq type='get' id='" + id + "' from='a@localhost/r' to='bot@rest.localhost'>" +
                  "<ping xmlns='urn:xmpp:ping'/></iq>");
  };
  r.give(ping("first"));
  auto replies = r.replies.wait(1);
  REQUIRE(replies.size() == 1);
  CHECK_THAT(replies[0].xml, Contains("type='error'"));
  r.give(message("a@localhost", "kept"));
  REQUIRE(endpoint.asked.wait(2).size() == 2);
  r.give(ping("behind"));  // the conversation backs off
  replies = r.replies.wait(2);
  REQUIRE(replies.size() == 2);
  CHECK(replies[1].id == "behind");
  CHECK_THAT(replies[1].xml, Contains("<recipient-unavailable "));
  CHECK(r.kept().size() == 1);
}

TEST_CASE("an endpoint that gets nothing but iqs is found again when it is back") {
  Scripted endpoint;
  endpoint.answer_all(response(503));
  Retried r(endpoint);
  r.start();
  int asked = 0;
  const auto ask = [&] {
    r.give(stanza("<iq type='get' id='i" + std::to_string(++asked) +
                  "' from='a@localhost/r' to='bot@rest.localhost'><q xmlns='u'/></iq>"));
    return r.replies.wait(static_cast<size_t>(asked)).back();
  };
  for (int i = 0; i < 10; ++i) CHECK(ask().type == "error");
  CHECK(r.dispatcher->report()[0].state == "unreachable");
  endpoint.answer_all(response(204));
  REQUIRE(r.pass_time(1s, [&] { return ask().type == "result"; }));
  CHECK(r.dispatcher->report()[0].state == "active");
}

TEST_CASE("an iq behind slow messages is answered when its own time is over") {
  Door first, second;
  Collected<std::string> asked;
  MemoryEndpoint endpoint(MemoryEndpoint::each_request([&](const std::string& request) {
    const std::string id = attribute(request, "id");
    asked.add(id);
    (id == "first" ? first : second).pass();
    return response(204);
  }));
  Running r(endpoint, Running::By::hand);
  r.start();
  r.give(message("a@localhost", "first"));
  r.give(message("a@localhost", "second"));
  r.give(stanza("<iq type='set' id='1' from='a@localhost/r' to='bot@rest.localhost'><x xmlns='y'/></iq>"));
  REQUIRE(asked.wait(1).size() == 1);
  REQUIRE(r.pass_time(0ms, [&] { return r.journal->waiting() == 0; }));
  r.fake.advance(20s);
  first.open();
  REQUIRE(asked.wait(2).size() == 2);
  r.fake.advance(r.settings[0].timeout - 20s - 1ms);
  r.timer.run_due();
  CHECK(r.replies.now().empty());
  r.fake.advance(1ms);
  r.timer.run_due();
  const auto replies = r.replies.wait(1);
  REQUIRE(replies.size() == 1);
  CHECK_THAT(replies[0].xml, Contains("<remote-server-timeout "));
  second.open();
}

TEST_CASE("what is worthless late is dropped where the endpoint is away, and nobody is told") {
  Scripted endpoint;
  endpoint.answer_all(response(503));
  Retried r(endpoint);
  r.start();
  r.give(stanza("<presence from='a@localhost/r' to='bot@rest.localhost'/>"));
  r.give(
      stanza("<message type='chat' from='a@localhost/r' to='bot@rest.localhost'>"
             "<composing xmlns='http://jabber.org/protocol/chatstates'/></message>"));
  REQUIRE(endpoint.asked.wait(2).size() == 2);
  REQUIRE(r.drain());
  CHECK(r.replies.now().empty());
  CHECK(r.kept().empty());
  CHECK_THAT(r.metrics.text(), Contains("\"late\"") && Contains("} 2\n"));
}

TEST_CASE("other 4xx are final and become the recorded stanza error") {
  Scripted endpoint;
  endpoint.answer("1", response(404));
  Retried r(endpoint);
  r.start();
  r.give(message("a@localhost", "1"));
  const auto replies = r.replies.wait(1);
  REQUIRE(replies.size() == 1);
  CHECK_THAT(replies[0].xml, Contains("<item-not-found "));
  CHECK(r.pass_time(0ms, [&] { return r.kept().empty(); }));
}
