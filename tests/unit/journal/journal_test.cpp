// SPDX-License-Identifier: MIT
#include "journal/journal.h"

#include <atomic>
#include <thread>

#include "running.h"
#include "world.h"

using namespace restanza;
using namespace restanza::journal;
using namespace std::chrono_literals;

namespace {

// The same on disk and in memory.
struct Both {
  Directory directory;
  const bool on_disk = GENERATE(true, false);
  const std::string where = on_disk ? directory.path : std::string();
};

}  // namespace

TEST_CASE(
    "a stanza that was taken has a delivery for each endpoint, and can be loaded until all are removed") {
  const Both both;
  Running running(both.where);
  CHECK(running.journal.durable() == both.on_disk);
  Entry hello = entry("hello", {"a", "b"});
  hello.to[1].answers = false;
  const auto deliveries = running.take(hello);
  REQUIRE(deliveries.size() == 2);
  const Delivery& a = deliveries[0];
  const Delivery& b = deliveries[1];
  CHECK((a.seq == 1 && a.endpoint == "a" && a.answers));
  CHECK((b.seq == 2 && b.endpoint == "b" && !b.answers));
  for (const Delivery& delivery : deliveries) {
    CHECK(delivery.id.substr(0, 4) == "msg_");
    CHECK(delivery.id.size() == 28);
    CHECK(delivery.state == State::waiting);
    CHECK(delivery.accepted == running.clock.wall());
    CHECK(delivery.changed == running.clock.wall());
    CHECK_FALSE(delivery.stanza);
  }
  CHECK(a.id != b.id);
  CHECK(xml_of(running.journal.load(a.seq)) == hello.stanza->xml);
  CHECK(ids(running.listed()) == a.id + " " + b.id);

  running.journal.remove(a.seq);
  CHECK(ids(running.listed()) == b.id);
  CHECK(xml_of(running.journal.load(a.seq)) == "none");
  CHECK(xml_of(running.journal.load(b.seq)) == hello.stanza->xml);
  running.journal.remove(b.seq);
  CHECK(running.listed().empty());
  CHECK(xml_of(running.journal.load(b.seq)) == "none");
}

TEST_CASE("what was told is told in the order of asking, and what is not kept does not overtake") {
  const Both both;
  Running running(both.where);
  std::string order;
  Event<bool> last;
  {
    Obstacle obstacle(running.journal);
    for (int i = 0; i < 6; ++i) {
      Entry item = entry(std::to_string(i));
      item.keep = i % 2 == 0;
      REQUIRE(running.journal.take(std::move(item), [&](Entry told, auto taken) {
        REQUIRE(taken);
        order += told.stanza->id + (taken->front().seq > 0 ? "kept " : "passed ");
      }));
      running.journal.forget_key("no such key", [&, i](Result<void>) {
        order += "command ";
        if (i == 5) last.happen(true);
      });
    }
  }
  last.wait();
  CHECK(order ==
        "0kept command 1passed command 2kept command 3passed command 4kept command 5passed command ");
  CHECK(bodies(running) == "0 2 4");
}

TEST_CASE("an entry that is not kept has deliveries with ids and without seq") {
  Running running{std::string()};
  Entry passing = entry("hello", {"a", "b"});
  passing.keep = false;
  const auto deliveries = running.take(std::move(passing));
  REQUIRE(deliveries.size() == 2);
  CHECK(deliveries[0].seq == 0);
  CHECK(deliveries[0].id.size() == 28);
  CHECK(deliveries[0].id != deliveries[1].id);
  CHECK(running.listed().empty());
  CHECK(xml_of(running.journal.load(0)) == "none");
}

TEST_CASE("attempts, deaths and stops are remembered over a restart") {
  const Directory directory;
  Delivery tried, dead;
  {
    Running running(directory.path);
    tried = running.take(entry("tried")).front();
    tried.attempts = 2;
    tried.failures = 1;
    tried.changed += 5s;
    tried.last_error = "connection refused";
    running.journal.note_attempt(tried);
    dead = running.take(entry("dead")).front();
    dead.last_error = "expired";
    running.journal.note_dead(dead);
    running.journal.remember_stop({"crm", Stop::disabled, "it answered 410"});
    running.journal.remember_stop({"other", Stop::paused, ""});
    running.journal.forget_stop("other");
  }
  Running running(directory.path);
  const auto all = running.listed();
  REQUIRE(all.size() == 2);
  CHECK(all[0].id == tried.id);
  CHECK((all[0].attempts == 2 && all[0].failures == 1 && all[0].last_error == "connection refused"));
  CHECK((all[0].state == State::waiting && all[0].accepted == tried.accepted &&
         all[0].changed == tried.changed));
  CHECK((all[1].state == State::dead && all[1].last_error == "expired"));
  const auto stopped = running.stopped();
  REQUIRE(stopped.size() == 1);
  CHECK((stopped[0].endpoint == "crm" && stopped[0].stop == Stop::disabled));

  running.journal.forget_dead(dead.changed + 1ms);
  CHECK(ids(running.listed()) == tried.id);
}

TEST_CASE("kMaxIntake stanzas wait, one more finds no room and is left alone, and is told once of room") {
  Running running{std::string()};
  std::atomic<size_t> taken{0}, rooms{0};
  Event<bool> room;
  const auto then = [&](Entry, auto) { ++taken; };
  {
    Obstacle obstacle(running.journal);
    for (size_t i = 0; i < Journal::kMaxIntake; ++i) REQUIRE(running.journal.take(entry("x"), then));
    CHECK(running.journal.waiting() == Journal::kMaxIntake);
    Entry more = entry("one more");
    CHECK_FALSE(running.journal.take(std::move(more), then));
    CHECK_FALSE(running.journal.take(std::move(more), then, [&] {
      if (++rooms == 1) room.happen(true);
    }));
    CHECK(more.stanza->id == "one more");
    CHECK(more.to.size() == 1);
  }
  room.wait();
  CHECK(running.listed().size() == Journal::kMaxIntake);
  CHECK(taken == Journal::kMaxIntake);
  CHECK(rooms == 1);
  running.take(entry("one more"));
}

TEST_CASE("kMaxIntakeBytes of stanzas wait and not a byte more, but a larger one is taken alone") {
  Running running{std::string()};
  const auto sized = [](size_t size) {
    Entry made = entry("x");
    xmpp::Stanza stanza;
    stanza.xml = std::string(size, 'x');
    made.stanza = std::make_shared<const xmpp::Stanza>(std::move(stanza));
    return made;
  };
  constexpr size_t kPart = Journal::kMaxIntakeBytes / 4;
  const auto then = [](Entry, auto) {};
  {
    Obstacle obstacle(running.journal);
    for (int i = 0; i < 3; ++i) REQUIRE(running.journal.take(sized(kPart), then));
    CHECK_FALSE(running.journal.take(sized(kPart + 1), then));
    CHECK(running.journal.take(sized(kPart), then));
    CHECK_FALSE(running.journal.take(sized(1), then));
  }
  CHECK(running.listed().size() == 4);
  running.take(sized(Journal::kMaxIntakeBytes + 1));
}

TEST_CASE("kMaxGroup writes go into one commit, and one more into the next") {
  Running running{std::string()};
  Event<std::string> first, last;
  {
    Obstacle obstacle(running.journal);
    for (size_t i = 1; i <= Journal::kMaxGroup + 1; ++i) {
      REQUIRE(running.journal.take(entry(std::to_string(i)), [&, i](Entry, auto) {
        const auto there = [&](size_t seq) {
          return xml_of(running.journal.load(static_cast<Seq>(seq))) != "none";
        };
        const std::string what = std::string(there(Journal::kMaxGroup) ? "all of one" : "less") +
                                 (there(Journal::kMaxGroup + 1) ? ", and of the next" : "");
        if (i == 1) first.happen(what);
        if (i == Journal::kMaxGroup + 1) last.happen(what);
      }));
    }
  }
  CHECK(first.wait() == "all of one");
  CHECK(last.wait() == "all of one, and of the next");
}

TEST_CASE("kMaxWork other requests wait, and one more is refused at once") {
  Running running{std::string()};
  std::atomic<size_t> refused{0};
  Event<bool> last;
  Obstacle obstacle(running.journal);  // which is one of them
  for (size_t i = 1; i < Journal::kMaxWork; ++i) {
    running.journal.forget_key("no such key", [&, i](Result<void> done) {
      if (!done) ++refused;
      if (i + 1 == Journal::kMaxWork) last.happen(true);
    });
  }
  const auto more = running.command();
  REQUIRE(more->happened());
  CHECK(more->wait().error().text == "too much waits for the journal");
  bool flushed = false;
  running.journal.flush([&] { flushed = true; });
  CHECK(flushed);
  obstacle.open();
  last.wait();
  CHECK(refused == 0);
  CHECK(running.command()->wait());
}

TEST_CASE("a journal that is full refuses what is to be kept, takes the rest, and lets go what it holds") {
  const Both both;
  constexpr uint64_t kBytes = 200000;
  Running running(both.where, kBytes);
  std::vector<Delivery> taken;
  std::string refusal;
  while (refusal.empty()) {
    REQUIRE(taken.size() < 1000);
    auto result = running.offer(entry(std::string(5000, 'x')))->wait();
    if (result) {
      taken.push_back(result->front());
    } else {
      refusal = result.error().text;
    }
  }
  CHECK(refusal == "the journal holds journal_max_bytes, 200000");
  CHECK(running.refusal(entry("still full")) == refusal);
  CHECK(running.log.of(Level::warn)
            .find("The journal holds journal_max_bytes (200000): new stanzas for "
                  "endpoints are refused until some of it is delivered or discarded\n") != std::string::npos);
  Entry passing = entry("passing");
  passing.keep = false;
  CHECK(running.take(std::move(passing)).front().seq == 0);
  for (const Delivery& delivery : taken) running.journal.remove(delivery.seq);
  CHECK(running.listed().empty());
  CHECK(running.take(entry("room again")).front().seq > taken.back().seq);
}

TEST_CASE("answers of idempotency keys leave stanzas for endpoints their room, and are counted") {
  const Both both;
  Running running(both.where, 200000);
  for (int i = 0; i < 5; ++i) {
    const std::string key = std::to_string(i);
    CHECK(
        running.answer<Claim>([&](auto then) { running.journal.claim_key(key, "body", "me", then); }).kind ==
        Claim::Kind::ours);
    CHECK(running
              .asked<void>([&](auto then) {
                running.journal.finish_key(key, {200, {}, std::string(100000, 'x')}, then);
              })
              ->wait());
  }
  CHECK(running.journal.keys() == 5);
  CHECK(running.journal.key_bytes() > 500000);
  CHECK(running.take(entry("still taken")).front().seq == 1);
  CHECK(running.answer<size_t>([&](auto then) { running.journal.discard_keys("me", 2, then); }) == 2);
  CHECK(running.journal.keys() == 3);
}

TEST_CASE("stopping writes what was asked for before, and takes nothing after") {
  const Directory directory;
  std::atomic<int> told{0};
  {
    Running running(directory.path);
    auto obstacle = std::make_unique<Obstacle>(running.journal);
    for (int i = 0; i < 10; ++i) {
      REQUIRE(running.journal.take(entry(std::to_string(i)), [&](Entry, auto taken) {
        CHECK(taken);
        ++told;
      }));
    }
    running.journal.remember_stop({"crm", Stop::paused, ""});
    obstacle->open();
    running.journal.stop();
    CHECK(told == 10);
    CHECK_FALSE(running.journal.take(
        entry("late"), [](Entry, auto) {}, [] {}));
    running.journal.remove(1);
    CHECK(running.command()->wait().error().text == "the journal is closed");
    CHECK(xml_of(running.journal.load(1)) == "error: the journal is closed");
    running.journal.stop();
  }
  Running running(directory.path);
  CHECK(bodies(running) == "0 1 2 3 4 5 6 7 8 9");
}

TEST_CASE("a journal in memory warns that it will forget") {
  Running running{std::string()};
  CHECK(
      running.log.of(Level::warn) ==
      "The journal is in memory, for there is no state directory: what waits for endpoints is lost when this "
      "program ends\n");
  const Directory directory;
  CHECK(Running(directory.path).log.of(Level::warn).empty());
}

TEST_CASE("a journal that cannot be opened says why, and takes nothing") {
  FakeClock clock;
  Lines log;
  Journal journal({"/nowhere/at/all"}, store_on_disk(), clock, log);
  CHECK_FALSE(journal.open());
  CHECK_FALSE(journal.take(entry("hello"), [](Entry, auto) {}));
}

TEST_CASE("many threads ask at once, and each delivery comes and goes") {
  const Both both;
  Running running(both.where);
  constexpr int kThreads = 4, kEach = 300;
  std::atomic<int> loaded{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        auto event = std::make_shared<Event<Seq>>();
        const std::string body = std::to_string(t) + "_" + std::to_string(i);
        while (!running.journal.take(
            entry(body), [event](Entry, auto taken) { event->happen(taken ? taken->front().seq : 0); })) {
        }
        const Seq seq = event->wait();
        const auto stanza = running.journal.load(seq);
        if (stanza && *stanza && (*stanza)->id == body) ++loaded;
        running.journal.remove(seq);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(loaded == kThreads * kEach);
  CHECK(running.listed().empty());
}
