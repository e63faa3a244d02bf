// SPDX-License-Identifier: MIT
// Endpoints that come and change while the plugin runs: no delivery is lost, repeated or overtaken.
#include "unit/webhook/reloaded.h"

using namespace restanza;
using namespace restanza::webhook;

TEST_CASE("a new endpoint delivers what the journal holds under its name, and then what comes") {
  const Directory directory;
  Answering first, late;
  {
    Reloaded r(first, directory);
    r.beside("late", late);
    r.start();
    CHECK(r.dispatcher->pause("late") == Dispatcher::Steered::ok);
    for (const char* id : {"0", "1"}) r.give(message("a@localhost", id));
    REQUIRE(r.settled(2));
  }
  Reloaded r(first, directory);
  r.know(late.http);
  r.start();
  CHECK(r.offer(message("a@localhost", "x", "headline")) == xmpp::Offered::taken);
  r.beside("late", late);
  REQUIRE(r.reload());
  r.give(message("a@localhost", "2"));
  REQUIRE(r.soon([&] { return r.waiting(1) == 3; }));
  CHECK(r.dispatcher->report()[1].state == "paused");
  CHECK(r.dispatcher->resume("late") == Dispatcher::Steered::ok);
  REQUIRE(r.pass_time(std::chrono::milliseconds(100), [&] { return late.asked.now().size() == 3; }));
  CHECK(late.asked.now() == Ids{"0", "1", "2"});
  CHECK(r.settled(0));
}

TEST_CASE("what does not change goes on untouched") {
  const Directory directory;
  Answering first, other;
  Reloaded r(first, directory);
  r.know(other.http);
  r.start();
  r.give(message("a@localhost", "1"));
  REQUIRE(r.settled(0));
  r.add("other", other.http);
  REQUIRE(r.reload());
  r.give(message("a@localhost", "2"));
  REQUIRE(r.settled(0));
  CHECK(first.asked.now() == Ids{"1", "2"});
  CHECK(other.asked.now() == Ids{"2"});
  CHECK(first.probes == 1);
}

TEST_CASE("a changed endpoint keeps its queue; what is under way ends by the earlier settings") {
  const Directory directory;
  Answering before, after;
  before.waits = true;
  Reloaded r(before, directory);
  r.know(after.http);
  r.start();
  r.give(message("a@localhost", "1"));
  before.asked.wait(1);
  r.give(message("a@localhost", "2"));
  REQUIRE(r.soon([&] { return r.waiting(0) == 2; }));
  const auto kept = r.kept();
  r.settings[0].url = after.http.url();
  REQUIRE(r.reload());
  r.give(message("b@localhost", "3"));
  CHECK(after.asked.wait(1) == Ids{"3"});
  SECTION("and is delivered") {
    before.door.open();
    CHECK(after.asked.wait(2) == Ids{"3", "2"});
    CHECK(after.ids.now()[1] == kept[1].id);
  }
  SECTION("or fails, and is the first that the new settings deliver") {
    before.status = 503;
    before.door.open();
    CHECK(after.asked.wait(3) == Ids{"3", "1", "2"});
    CHECK(after.ids.now()[1] == kept[0].id);
  }
  CHECK(r.settled(0));
  CHECK(before.asked.now() == Ids{"1"});
}

TEST_CASE("a pause outlasts other settings") {
  const Directory directory;
  Answering before, after;
  Reloaded r(before, directory);
  r.know(after.http);
  r.start();
  CHECK(r.dispatcher->pause("default") == Dispatcher::Steered::ok);
  r.give(message("a@localhost", "1"));
  REQUIRE(r.settled(1));
  r.settings[0].url = after.http.url();
  REQUIRE(r.reload());
  CHECK(r.dispatcher->report()[0].state == "paused");
  CHECK(after.asked.now().empty());
  CHECK(r.dispatcher->resume("default") == Dispatcher::Steered::ok);
  CHECK(r.settled(0));
  CHECK(after.asked.now() == Ids{"1"});
  CHECK(before.asked.now().empty());
}

TEST_CASE("what waits for an endpoint that is down goes at once where its URL is corrected") {
  const Directory directory;
  Answering unused, after;
  Reloaded r(unused, directory);
  r.know(after.http);
  r.settings[0].url = "http://nobody.example/";
  r.start();
  r.give(message("a@localhost", "1"));
  REQUIRE(r.soon([&] { return !r.dispatcher->report()[0].last_error.empty(); }));
  r.settings[0].url = after.http.url();
  REQUIRE(r.reload());
  CHECK(r.settled(0));
  CHECK(after.asked.now() == Ids{"1"});
}

TEST_CASE("no request begins by settings that do not hold any more") {
  const Directory directory;
  Answering before, after;
  before.probe_waits = true;
  Reloaded r(before, directory);
  r.know(after.http);
  r.start();
  r.give(message("a@localhost", "1"));
  REQUIRE(r.soon([&] { return before.probes == 1; }));
  r.settings[0].url = after.http.url();
  REQUIRE(r.reload());
  before.door.open();
  CHECK(r.settled(0));
  CHECK(after.asked.now() == Ids{"1"});
  CHECK(before.asked.now().empty());
}

TEST_CASE("so many earlier settings may have requests under way, and one more is refused") {
  const Directory directory;
  Answering slow;
  slow.waits = true;
  Reloaded r(slow, directory);
  r.start();
  const auto change = [&](size_t number) {
    r.settings[0].timeout = std::chrono::milliseconds(10000 + number);
    return r.reload();
  };
  for (size_t i = 1; i <= Dispatcher::kMaxRetiring; ++i) {
    r.give(message(user(static_cast<int>(i)), std::to_string(i)));
    REQUIRE(slow.asked.wait(i).size() == i);
    REQUIRE(change(i));
  }
  const auto refused = change(Dispatcher::kMaxRetiring + 1);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().text, Contains("64 endpoints of earlier settings"));
  slow.door.open();
  CHECK(r.settled(0));
  CHECK(r.soon([&] { return bool(r.reload()); }));
  CHECK(slow.asked.now().size() == Dispatcher::kMaxRetiring);
}

TEST_CASE("endpoints that end do not change") {
  const Directory directory;
  Answering endpoint;
  Reloaded r(endpoint, directory);
  r.start();
  r.settings[0].timeout = std::chrono::seconds(1);
  CHECK(r.drain());
  const auto refused = r.reload();
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().text, Contains("is ending"));
}
