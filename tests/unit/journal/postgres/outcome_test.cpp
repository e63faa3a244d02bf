// SPDX-License-Identifier: MIT
// Connections that break in the middle, and what becomes of the commit.
#include <thread>

#include "opened.h"
#include "proxy.h"
#include "unit/journal/running.h"

using namespace restanza;
using namespace restanza::journal;
using namespace restanza::journal::postgres;
using Mode = Proxy::Mode;

namespace {

struct Behind {
  Behind() : proxy(queue.socket()), store(queue.open(queue.behind(proxy.directory()))) {}

  Result<void> add(const std::string& body) { return postgres::add(*store, body, queue.clock.wall()); }
  std::string stored() const { return queue.rows("SELECT id FROM delivery ORDER BY seq"); }

  const Queue queue;
  Proxy proxy;
  const std::unique_ptr<PostgresStore> store;
};

}  // namespace

TEST_CASE("a commit whose answer was lost is found to be one, and nothing is written twice") {
  Behind behind;
  behind.proxy.be(Mode::deaf, Mode::passes);
  CHECK(text_of(behind.add("one")) == "done");
  CHECK(text_of(behind.add("two")) == "done");
  CHECK(behind.stored() == "msg_one msg_two");
}

TEST_CASE("a group that never reached the server is written again, once") {
  Behind behind;
  behind.proxy.be(Mode::mute, Mode::passes);
  CHECK(text_of(behind.add("one")) == "done");
  CHECK(behind.stored() == "msg_one");
}

TEST_CASE("while the server cannot be reached nobody guesses; then it is known, either way") {
  Behind behind;
  const Mode mode = GENERATE(Mode::deaf, Mode::mute);
  behind.proxy.be(mode, Mode::refuses);
  const auto written = behind.add("one");
  REQUIRE_FALSE(written);
  CHECK(written.error().kind == Error::Kind::unsettled);
  CHECK_FALSE(behind.store->outcome());
  behind.proxy.be(Mode::passes);
  Result<bool> outcome = Error{};
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!outcome && std::chrono::steady_clock::now() < until) outcome = behind.store->outcome();
  REQUIRE(outcome);
  CHECK(*outcome == (mode == Mode::deaf));
  CHECK(behind.stored() == (mode == Mode::deaf ? "msg_one" : ""));
  CHECK(text_of(behind.add("two")) == "done");
}

TEST_CASE("what was counted of a commit is right, however its end was found out") {
  Behind behind;
  const auto kept = [&] { return std::get<KeysKept>(*behind.store->read(CountKeys{10})).keys; };
  const Command claim = ClaimKey{"key", "body", behind.queue.clock.wall(), "a"};
  Result<Answer> answer = Error{};
  REQUIRE(behind.store->write({Alone{claim, answer}}));
  CHECK(kept() == 1);
  const Command second = ClaimKey{"second", "body", behind.queue.clock.wall(), "a"};
  behind.proxy.be(Mode::deaf, Mode::passes);
  REQUIRE(behind.store->write({Alone{second, answer}}));
  REQUIRE(answer);
  CHECK(std::get<Claim>(*answer).kind == Claim::Kind::ours);
  CHECK(kept() == 2);
}

TEST_CASE("those who read notice nothing of connections that were ended") {
  Behind behind;
  REQUIRE(behind.add("one"));
  REQUIRE(behind.store->read(LoadStanza{1}));
  behind.proxy.be(Mode::mute, Mode::passes);
  const auto stanza = behind.store->read(LoadStanza{1});
  REQUIRE(stanza);
  CHECK(std::get<std::optional<xmpp::Stanza>>(*stanza)->xml == message("one").xml);
}

TEST_CASE("a journal keeps what it does not know, refuses what comes, and tells it when it does") {
  const Queue queue;
  Proxy proxy(queue.socket());
  const Mode mode = GENERATE(Mode::deaf, Mode::mute);
  FakeClock clock;
  Lines log;
  const StorePlace place = queue.behind(proxy.directory());
  Journal journal(settings_of(place), kind_of(place).open, clock, log);
  REQUIRE(journal.open());
  const auto take = [&](const std::string& id) {
    auto event = std::make_shared<Event<Result<std::vector<Delivery>>>>();
    REQUIRE(journal.take(entry(id), [event](Entry, auto taken) { event->happen(std::move(taken)); }));
    return event;
  };
  REQUIRE(take("before")->wait());
  // Only the one that writes is connected: who reads has asked for nothing.
  proxy.be(mode, Mode::refuses);
  const auto doubtful = take("doubtful");
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (log.of(Level::error).empty() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  const auto refused = take("refused")->wait();
  REQUIRE_FALSE(refused);
  CHECK_FALSE(doubtful->happened());
  CHECK_THAT(log.of(Level::error), Contains("The journal cannot be written: "));
  proxy.be(Mode::passes);
  const auto known = doubtful->wait();
  REQUIRE(known);
  CHECK(known->size() == 1);
  REQUIRE(take("after")->wait());
  journal.stop();
  CHECK(queue.rows("SELECT stanza_id FROM delivery ORDER BY seq") == "before doubtful after");
}

TEST_CASE("a journal that ends while it does not know says so") {
  const Queue queue;
  Proxy proxy(queue.socket());
  FakeClock clock;
  Lines log;
  const StorePlace place = queue.behind(proxy.directory());
  Journal journal(settings_of(place), kind_of(place).open, clock, log);
  REQUIRE(journal.open());
  proxy.be(Mode::deaf, Mode::refuses);
  auto event = std::make_shared<Event<bool>>();
  REQUIRE(journal.take(entry("one"), [event](Entry, auto taken) { event->happen(taken.ok()); }));
  journal.stop();
  CHECK_FALSE(event->wait());
  CHECK_THAT(log.of(Level::error), Contains("nobody knows what has become of the latest commit"));
}
