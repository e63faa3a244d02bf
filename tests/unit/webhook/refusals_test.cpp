// SPDX-License-Identifier: MIT
// What becomes of what an endpoint refuses, and what rooms hear of it.
#include <future>

#include "unit/webhook/scripted.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;

TEST_CASE("a refusal bounces, is kept as a dead letter, or is tried again, as the settings say") {
  Scripted endpoint;
  endpoint.answer_all(response(404));
  Retried r(endpoint);
  r.settings[0].on_refusal.by_status = {{401, OnRefusal::retry}, {403, OnRefusal::dead_letter}};
  endpoint.answer("401", response(401));
  endpoint.answer("403", response(403));
  r.start();
  for (const char* id : {"404", "403", "401"}) r.give(message(std::string(id) + "@localhost", id));
  REQUIRE(r.pass_time(0ms, [&] { return r.kept().size() == 2 && endpoint.times("401") == 1; }));
  CHECK(r.pass_time(0ms, [&] { return r.state_of("403") == "dead"; }));
  CHECK(r.replies.wait(1).at(0).id == "404");
  CHECK(r.state_of("401") == "waiting");
  endpoint.answer("401", response(204));
  endpoint.answer("403", response(204));
  REQUIRE(r.pass_time(1s, [&] { return r.kept().size() == 1; }));
  CHECK(endpoint.times("401") == 2);
  CHECK(endpoint.times("403") == 1);
  CHECK(r.kept().at(0).last_error == "it answered 403");
  CHECK(r.replies.now().size() == 1);
  std::promise<void> told;
  r.kept_deliveries->replay(journal::Filter(), [&](const Result<size_t>&) { told.set_value(); });
  told.get_future().wait();
  REQUIRE(r.pass_time(1s, [&] { return r.kept().empty(); }));
  CHECK(endpoint.times("403") == 2);
}

TEST_CASE("what is not kept is refused at once, whatever the settings say of refusals") {
  const auto policy = GENERATE(OnRefusal::retry, OnRefusal::dead_letter);
  Scripted endpoint;
  endpoint.answer_all(response(404));
  Retried r(endpoint);
  r.settings[0].on_refusal.others = policy;
  r.start();
  r.give(
      stanza("<iq type='get' from='a@localhost/r' to='bot@rest.localhost' id='1'><ping "
             "xmlns='urn:xmpp:ping'/></iq>"));
  r.give(stanza("<presence from='a@localhost/r' to='bot@rest.localhost' id='2'/>"));
  REQUIRE(r.replies.wait(2).size() == 2);
  for (const auto& each : r.replies.now()) CHECK_THAT(each.xml, Contains("<item-not-found "));
  CHECK(r.kept().empty());
}

TEST_CASE("a refusal that is tried again is given up after five failures, with an error of its status") {
  Scripted endpoint;
  endpoint.answer("poison", response(404));
  Retried r(endpoint);
  r.settings[0].on_refusal.others = OnRefusal::retry;
  r.start();
  r.pass_poison();
  CHECK(endpoint.times("poison") == subscription::kMaxFailures);
  CHECK(r.state_of("poison") == "dead");
  CHECK_THAT(r.replies.wait(1).at(0).xml, Contains("<item-not-found "));
}

TEST_CASE("nothing that a joined room sends gets an error, and its ping is answered by the plugin") {
  Scripted endpoint;
  endpoint.answer_all(response(404));
  Retried r(endpoint);
  r.settings[0].max_queued = GENERATE(size_t{1}, size_t{100});  // with one, most find no place
  r.start();
  r.fan_out->about_to_send(
      stanza("<presence from='bot@rest.localhost/a' to='room@muc/bot'><x "
             "xmlns='http://jabber.org/protocol/muc'/></presence>"));
  const std::string ends = " from='room@muc/ann' to='bot@rest.localhost/a' id='1'>";
  r.give(stanza("<message" + ends + "<body>x</body></message>"));
  r.give(stanza("<message type='chat'" + ends + "<body>x</body></message>"));
  r.give(stanza("<presence" + ends + "</presence>"));
  r.give(stanza("<iq type='get'" + ends + "<ping xmlns='urn:xmpp:ping'/></iq>"));
  REQUIRE(r.drain());
  const auto replies = r.replies.now();
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].type == "result");
}
