// SPDX-License-Identifier: MIT
// Endpoints that are removed while the plugin runs, and that come again: no delivery is lost or repeated.
#include "unit/webhook/reloaded.h"

using namespace restanza;
using namespace restanza::webhook;

TEST_CASE("a removed endpoint ends what is under way, answers what only memory has, and leaves the rest") {
  const Directory directory;
  Answering first, old;
  old.waits = true;
  Reloaded r(first, directory);
  r.beside("old", old);
  r.start();
  r.give(message("a@localhost", "1"));
  old.asked.wait(1);
  r.give(stanza("<iq type='get' from='a@localhost/r' to='bot@rest.localhost' id='2'><x xmlns='x'/></iq>"));
  r.give(message("a@localhost", "3"));
  REQUIRE(r.soon([&] { return r.waiting(1) == 3; }));
  const Settings removed = r.settings.back();
  r.settings.pop_back();
  REQUIRE(r.reload());
  CHECK(r.dispatcher->report().size() == 1);
  CHECK(r.dispatcher->pause("old") == Dispatcher::Steered::unknown);
  CHECK(r.offer(message("a@localhost", "4")) == xmpp::Offered::foreign);
  CHECK_THAT(r.metrics.text(), Contains("restanza_webhook_queued{endpoint=\"old\"} 0\n"));

  SECTION("for the day that it comes again") {
    old.door.open();
    REQUIRE(r.replies.wait(1).size() == 1);
    CHECK(r.replies.now()[0].id == "2");
    CHECK(r.replies.now()[0].type == "error");
    REQUIRE(r.settled(1));
    r.settings.push_back(removed);
    REQUIRE(r.soon([&] { return bool(r.reload()); }));
    CHECK(r.settled(0));
    CHECK(old.asked.now() == Ids{"1", "3"});
  }
  SECTION("and where it comes again before that, nothing is made twice") {
    r.settings.push_back(removed);
    REQUIRE(r.reload());
    r.give(message("a@localhost", "5"));
    REQUIRE(r.soon([&] { return r.waiting(1) == 4; }));
    old.door.open();
    CHECK(r.settled(0));
    CHECK(old.asked.now() == Ids{"1", "2", "3", "5"});
  }
}

TEST_CASE("what has left is not repeated by an endpoint that comes again before the host has the answer") {
  const Directory directory;
  Answering first, old;
  Collected<std::shared_ptr<std::function<void()>>> on_their_way;
  Reloaded r(first, directory);
  r.host_takes = [&](std::function<void()> handed) {
    on_their_way.add(std::make_shared<std::function<void()>>(std::move(handed)));
  };
  r.beside("old", old);
  old.waits_with = "1";
  r.start();
  r.give(message("a@localhost", "1"));
  old.asked.wait(1);
  old.status = 404;
  r.give(message("b@localhost", "2"));
  REQUIRE(on_their_way.wait(1).size() == 1);
  REQUIRE(r.soon([&] { return r.waiting(1) == 1; }));
  old.status = 204;
  const Settings removed = r.settings.back();
  r.settings.pop_back();
  REQUIRE(r.reload());
  SECTION("while others are under way") {
    r.settings.push_back(removed);
    REQUIRE(r.reload());
    old.door.open();
  }
  SECTION("and nothing is under way") {
    old.door.open();
    REQUIRE(r.settled(1));
    r.settings.push_back(removed);
    REQUIRE(r.reload());
  }
  r.give(message("b@localhost", "4"));
  REQUIRE(r.settled(1));
  CHECK(old.asked.now() == Ids{"1", "2", "4"});
  std::exchange(*on_their_way.now()[0], nullptr)();
  CHECK(r.settled(0));
}

TEST_CASE("an endpoint that comes and goes while it is still being read delivers each once, in order") {
  const Directory directory;
  Answering first, old;
  Reloaded r(first, directory);
  r.beside("old", old);
  old.waits_with = "1";
  r.start();
  for (const char* id : {"1", "2", "3"}) r.give(message("a@localhost", id));
  old.asked.wait(1);
  REQUIRE(r.settled(3));
  Door held, hold;
  r.journal->flush([&] {
    held.open();
    hold.pass();
  });
  REQUIRE(held.pass());
  const Settings removed = r.settings.back();
  for (int i = 0; i < 3; ++i) {
    r.settings.pop_back();
    REQUIRE(r.reload());
    r.settings.push_back(removed);
    REQUIRE(r.reload());
  }
  r.give(message("a@localhost", "4"));
  SECTION("where its request ends while it is read") {
    old.door.open();
  }
  SECTION("where its request ends after that") {
    hold.open();
    REQUIRE(r.settled(4));
    old.door.open();
  }
  hold.open();
  CHECK(r.settled(0));
  CHECK(old.asked.now() == Ids{"1", "2", "3", "4"});
}

TEST_CASE("a 410 of an endpoint that was removed does not disable the one that comes under its name") {
  const Directory directory;
  Answering first, old;
  old.waits = true;
  old.status = 410;
  Reloaded r(first, directory);
  r.beside("old", old).gone_disables = true;
  r.start();
  r.give(message("a@localhost", "1"));
  old.asked.wait(1);
  const Settings removed = r.settings.back();
  r.settings.pop_back();
  REQUIRE(r.reload());
  old.door.open();
  REQUIRE(r.soon([&] {
    return r.metrics.text().find(R"(requests_total{endpoint="old",outcome="gone"} 1)") != std::string::npos;
  }));
  old.waits = false;
  r.settings.push_back(removed);
  REQUIRE(r.reload());
  old.status = 204;
  r.give(message("b@localhost", "2"));
  CHECK(r.settled(0));
  CHECK(r.dispatcher->report()[1].state == "active");
}

TEST_CASE("what is discarded while its endpoint is away is not delivered when the endpoint comes again") {
  const Directory directory;
  Answering first, old;
  Reloaded r(first, directory);
  r.beside("old", old);
  r.start();
  old.waits = true;
  for (const char* id : {"1", "2", "3"}) r.give(message("a@localhost", id));
  old.asked.wait(1);
  REQUIRE(r.settled(3));
  const Settings removed = r.settings.back();
  r.settings.pop_back();
  REQUIRE(r.reload());
  Door discarded;
  r.kept_deliveries->discard(r.kept()[1].id, [&](const auto& how) {
    if (how && *how == subscription::KeptDeliveries::Discarded::ok) discarded.open();
  });
  CHECK(discarded.pass());
  r.settings.push_back(removed);
  REQUIRE(r.reload());
  old.door.open();
  CHECK(r.settled(0));
  CHECK(old.asked.now() == Ids{"1", "3"});
}

TEST_CASE("a stanza on its way through the journal gets to whoever has the name then, once") {
  const Directory directory;
  Answering first, before, after;
  Reloaded r(first, directory);
  r.beside("bot", before);
  r.know(after.http);
  r.start();
  Door held, hold;
  r.journal->flush([&] {
    held.open();
    hold.pass();
  });
  REQUIRE(held.pass());
  for (const char* id : {"1", "2"}) r.give(message("a@localhost", id));
  SECTION("other settings") {
    r.settings[1].url = after.http.url();
    REQUIRE(r.reload());
    hold.open();
    CHECK(r.settled(0));
    CHECK(after.asked.now() == Ids{"1", "2"});
  }
  SECTION("removed") {
    r.settings.pop_back();
    REQUIRE(r.reload());
    hold.open();
    REQUIRE(r.soon([&] { return r.journal->waiting() == 0; }));
    CHECK(r.kept().size() == 2);
    CHECK(after.asked.now().empty());
  }
  SECTION("removed, and there again") {
    Settings again = r.settings.back();
    again.url = after.http.url();
    r.settings.pop_back();
    REQUIRE(r.reload());
    r.settings.push_back(again);
    // The journal stands still, and the threads that are to end need a moment.
    Result<void> back = r.reload();
    for (const auto end = std::chrono::steady_clock::now() + kPatience;
         !back && std::chrono::steady_clock::now() < end; back = r.reload()) {
      std::this_thread::yield();
    }
    REQUIRE(back);
    r.give(message("a@localhost", "3"));
    hold.open();
    CHECK(r.settled(0));
    CHECK(after.asked.now() == Ids{"1", "2", "3"});
  }
  CHECK(before.asked.now().empty());
}
