// SPDX-License-Identifier: MIT
#include <ctime>
#include <future>
#include <thread>

#include "unit/subscription/laned.h"

using namespace restanza;
using namespace restanza::subscription;
using namespace std::chrono_literals;

TEST_CASE("a conversation keeps its order and has one delivery at work") {
  Laned l;
  for (const char* id : {"a1", "a2", "b1"}) l.push(id);
  auto first = l.next();
  CHECK(first.item().id == "a1");
  CHECK(l.next().item().id == "b1");  // a2 belongs to a1's conversation
  l.finish(std::move(first));
  CHECK(l.next().item().id == "a2");
}

TEST_CASE("a conversation is the bare sender and the bare recipient") {
  const auto lane = [](const char* from, const char* to) {
    xmpp::Stanza stanza;
    stanza.from = from;
    stanza.to = to;
    return lane_of(stanza);
  };
  CHECK(lane("a@x/phone", "bot@y/1") == lane("a@x/desk", "bot@y"));
  CHECK(lane("a@x", "bot@y") != lane("b@x", "bot@y"));
  CHECK(lane("a@x", "bot@y") != lane("a@x", "other@y"));
}

TEST_CASE("conversations take turns, so that a backlog does not go first") {
  Laned l;
  for (const char* id : {"a1", "a2", "a3", "b1", "b2"}) l.push(id);
  CHECK(l.order(5) == "a1 b1 a2 b2 a3 ");
}

TEST_CASE("what failed comes again first of its conversation, and holds up no other") {
  Laned l;
  for (const char* id : {"a1", "a2", "b1"}) l.push(id);
  l.fail(l.next(), 5s);
  CHECK(l.order(1) == "b1 ");
  l.push("b2");
  CHECK(l.order(1) == "b2 ");
  auto again = l.next_after(5s);
  CHECK(again.item().id == "a1");
  CHECK(again.item().stanza);
  l.finish(std::move(again));
  CHECK(l.order(1) == "a2 ");
}

TEST_CASE("a dead endpoint gets one probe, and everything once it is back") {
  Laned l;
  for (const char* id : {"a1", "b1", "c1", "d1"}) l.push(id);
  for (int i = 0; i < 3; ++i) l.fail(l.next(), 1h, kSilent);
  CHECK_FALSE(l.lanes.snapshot().answering);
  auto probe = l.next_after(1s);
  CHECK(probe.probe());
  CHECK(probe.item().id == "d1");
  l.finish(std::move(probe));
  CHECK(l.lanes.snapshot().answering);
  // Their hour has not passed, but there is nothing to wait for any more.
  CHECK(l.next_after(0s).item().id == "a1");
}

TEST_CASE("what is not kept does not wait where nothing flows") {
  Laned l;
  CHECK(l.push_unkept("a1"));
  l.push("a2");
  l.fail(l.next(), 5s);
  CHECK_FALSE(l.push_unkept("a3"));  // a1 is tried again in five seconds
  CHECK(l.push_unkept("b1"));
  const auto stranded = l.lanes.take_stranded();
  REQUIRE(stranded.size() == 1);
  CHECK(stranded[0].id == "a1");
  l.lanes.stop(Gate::kPaused);
  CHECK_FALSE(l.push_unkept("c1"));
  CHECK(l.lanes.take_stranded().size() == 1);  // b1
  CHECK(l.lanes.snapshot().waiting == 1);      // a2 is kept
}

TEST_CASE("a conversation that has backed off long enough takes what is not kept, before any thread looks") {
  Laned l;
  l.push("a1");
  l.fail(l.next(), 5s);
  l.clock.advance(5s - 1ms);
  CHECK_FALSE(l.push_unkept("a2"));
  l.clock.advance(1ms);
  CHECK(l.push_unkept("a3"));
  CHECK(l.lanes.take_stranded().empty());
  CHECK(l.order(2) == "a1 a3 ");
}

TEST_CASE("a dead endpoint is probed with what is not kept, where nothing else waits for it") {
  Laned l;
  for (const char* id : {"a1", "b1", "c1"}) {
    CHECK(l.push_unkept(id));
    l.finish(l.next(), kSilent);
  }
  CHECK_FALSE(l.lanes.snapshot().answering);
  CHECK_FALSE(l.push_unkept("d1"));  // its probe is not due yet
  l.clock.advance(1s);
  CHECK(l.push_unkept("d2"));
  CHECK(l.push_unkept("e1"));
  auto probe = l.next();
  CHECK(probe.probe());
  CHECK_FALSE(l.push_unkept("f1"));  // one is enough
  SECTION("it is back") {
    l.finish(std::move(probe));
    CHECK(l.lanes.snapshot().answering);
    CHECK(l.lanes.take_stranded().empty());
    CHECK(l.order(1) == "e1 ");
  }
  SECTION("it is not") {
    l.finish(std::move(probe), kSilent);
    const auto stranded = l.lanes.take_stranded();
    REQUIRE(stranded.size() == 1);
    CHECK(stranded[0].id == "e1");
  }
}

TEST_CASE("a paused endpoint begins nothing until it is resumed") {
  Laned l;
  l.lanes.stop(Gate::kPaused);
  l.push("a1");
  auto later = std::async(std::launch::async, [&] { return l.lanes.next(1); });
  l.lanes.resume(Gate::kPaused);
  REQUIRE(later.wait_for(20s) == std::future_status::ready);
  CHECK(later.get()->item().id == "a1");
}

TEST_CASE("what is withdrawn is gone, and what is at work cannot be") {
  Laned l;
  for (const char* id : {"a1", "a2"}) l.push(id);
  auto work = l.next();
  CHECK_FALSE(l.lanes.withdraw("a", "a1"));
  CHECK(l.lanes.at_work("a", "a1"));
  CHECK(l.lanes.withdraw("a", "a2"));
  CHECK_FALSE(l.lanes.withdraw("a", "a2"));
  CHECK_FALSE(l.lanes.withdraw("z", "z1"));
  l.finish(std::move(work));
  l.push("b1");
  CHECK(l.lanes.withdraw("b", "b1"));
  l.push("b2");
  CHECK(l.order(1) == "b2 ");
  CHECK(l.lanes.snapshot().waiting == 0);
}

TEST_CASE("what is withdrawn is found wherever it stands, while others leave at the front") {
  Laned l;
  for (int i = 0; i < 10; ++i) l.push("a" + std::to_string(i));
  const auto withdraw = [&](const char* id) { return l.lanes.withdraw("a", id).has_value(); };
  CHECK(withdraw("a4"));
  CHECK(withdraw("a5"));
  CHECK(withdraw("a2"));  // before the last one
  CHECK_FALSE(withdraw("a5"));
  CHECK(withdraw("a0"));
  CHECK(l.order(1) == "a1 ");  // stood behind the one that was withdrawn last
  CHECK(withdraw("a9"));
  CHECK(l.order(2) == "a3 a6 ");
  CHECK(withdraw("a7"));
  CHECK(l.order(1) == "a8 ");
  l.push("a9");
  CHECK(withdraw("a9"));
  CHECK(l.lanes.snapshot().waiting == 0);
}

TEST_CASE("to withdraw the newer half of a long conversation takes no longer than to fill it") {
  constexpr int kMany = 100000;
  Laned l;
  for (int i = 0; i < kMany; ++i) l.push("a" + std::to_string(i));
  const std::clock_t begin = std::clock();  // of the processor, which others may use as well
  for (int i = kMany / 2; i < kMany; ++i) REQUIRE(l.lanes.withdraw("a", "a" + std::to_string(i)));
  CHECK(std::clock() - begin < 4 * CLOCKS_PER_SEC);  // where each is looked for from the front, a minute
  CHECK(l.lanes.snapshot().waiting == kMany / 2);
}

TEST_CASE("where the first of a conversation that backs off is withdrawn, the next one need not wait") {
  Laned l;
  for (const char* id : {"a1", "a2"}) l.push(id);
  l.fail(l.next(), 1h);
  REQUIRE(l.lanes.withdraw("a", "a1"));
  CHECK(l.order(1) == "a2 ");
}

TEST_CASE("iqs do not stand behind the backlogs of other conversations, nor these behind iqs") {
  Laned l;
  for (const char* id : {"a1", "b1"}) l.push(id);
  REQUIRE(l.push_unkept("c1"));
  REQUIRE(l.push_unkept("d1"));
  CHECK(l.order(4) == "c1 a1 d1 b1 ");
}

TEST_CASE("what is not kept has no more room than memory for texts, to the byte") {
  Laned l;
  Item most = l.item("a1", Lanes::kMaxResident), more = l.item("b1", 1);
  most.seq = more.seq = 0;
  REQUIRE(l.lanes.push("a", std::move(most)));
  CHECK_FALSE(l.lanes.push("b", std::move(more)));
}

TEST_CASE("what is too old is taken from the head of each conversation that rests") {
  Laned l;
  for (const char* id : {"a1", "a2", "b1", "b2"}) l.push(id);
  l.clock.advance(10s);
  l.push("a3");
  auto work = l.next();
  CHECK(work.item().id == "a1");
  std::string old;
  for (const Item& item : l.lanes.take_older(l.clock.now(), 1)) old += item.id + " ";
  CHECK(old == "b1 ");
  for (const Item& item : l.lanes.take_older(l.clock.now(), 10)) old += item.id + " ";
  CHECK(old == "b1 b2 ");
  l.finish(std::move(work));
  CHECK(l.lanes.oldest() == l.clock.now() - 10s);
  CHECK(l.lanes.take_older(l.clock.now() - 10s - 1ns, 10).empty());
  CHECK(l.order(2) == "a2 a3 ");
  CHECK_FALSE(l.lanes.oldest());
}

TEST_CASE("texts stay in memory up to the limit, and one byte past it the journal's will do") {
  Laned l;
  REQUIRE(l.lanes.push("a", l.item("a1", Lanes::kMaxResident - 10)));
  REQUIRE(l.lanes.push("b", l.item("b1", 10)));
  REQUIRE(l.lanes.push("c", l.item("c1", 1)));
  auto first = l.next();
  CHECK(first.item().stanza);
  CHECK(l.next().item().stanza);
  CHECK_FALSE(l.next().item().stanza);
  REQUIRE(l.lanes.push("d", l.item("d1", 10)));  // the others have left
  CHECK(l.next().item().stanza);
}

TEST_CASE("closed lanes give nothing to work on, and hand over the rest") {
  Laned l;
  for (const char* id : {"a1", "a2"}) l.push(id);
  l.lanes.close();
  CHECK_FALSE(l.lanes.next(1));
  l.push("a3");
  CHECK_FALSE(l.push_unkept("b1"));
  std::string ids;
  for (const Item& item : l.lanes.take_all()) ids += item.id + " ";
  CHECK(ids == "a1 a2 a3 ");
  CHECK(l.lanes.take_all().empty());
}

TEST_CASE("lanes are unattended until a thread waits for what may come") {
  Laned l;
  CHECK(l.lanes.unattended());
  auto waiting = std::async(std::launch::async, [&] { return l.lanes.next(1); });
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (l.lanes.unattended() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  CHECK_FALSE(l.lanes.unattended());
  l.push("a1");
  CHECK(waiting.get()->item().id == "a1");
  CHECK(l.lanes.unattended());
}

TEST_CASE("a pool that succeeds another gets what waits, but for the conversations that are at work") {
  Laned l;
  for (const char* id : {"a1", "a2", "b1"}) l.push(id);
  auto earlier = l.next();
  l.lanes.succeed(1000, true, SIZE_MAX);
  CHECK_FALSE(l.lanes.next(1));
  auto later = l.lanes.next(2);
  REQUIRE(later);
  CHECK(later->item().id == "b1");
  SECTION("until these are done") {
    l.finish(std::move(earlier));
    CHECK(l.lanes.next(2)->item().id == "a2");
  }
  SECTION("until these have failed, which says nothing about the endpoint of now") {
    CHECK_FALSE(l.lanes.ended(earlier, kSilent, 0.5));
    l.lanes.put_back(std::move(earlier), l.clock.now() + 1h);
    CHECK(l.lanes.next(2)->item().id == "a1");
    CHECK(l.lanes.snapshot().answering);
  }
}

TEST_CASE("whoever waits for a delivery hears that another pool has come") {
  Laned l;
  auto waiting = std::async(std::launch::async, [&] { return l.lanes.next(1); });
  while (l.lanes.unattended()) std::this_thread::yield();
  l.lanes.succeed(1000, true, SIZE_MAX);
  CHECK_FALSE(waiting.get());
  CHECK(l.lanes.unattended());
}

TEST_CASE("what backs off, and what waits for a dead endpoint, goes at once by other settings") {
  Laned l;
  for (const char* id : {"a1", "b1", "c1"}) l.push(id);
  for (int i = 0; i < 3; ++i) l.fail(l.next(), 1h, kSilent);
  CHECK_FALSE(l.lanes.snapshot().answering);
  l.lanes.succeed(1000, true, SIZE_MAX);
  CHECK(l.lanes.snapshot().answering);
  CHECK(l.lanes.next(2));
}

TEST_CASE("what is read from the journal gets in before what came since, and once") {
  Laned l;
  Item first = l.item("a1"), second = l.item("a2"), twice = l.item("a3");
  const journal::Seq seq = twice.seq;
  CHECK(l.lanes.push("a", std::move(twice)));
  CHECK(l.push_unkept("a4"));
  CHECK(l.lanes.insert("a", std::move(first)));
  CHECK(l.lanes.insert("a", std::move(second)));
  Item again = l.item("a3");
  again.seq = seq;
  CHECK_FALSE(l.lanes.insert("a", std::move(again)));
  CHECK(l.order(4) == "a1 a2 a3 a4 ");
}

TEST_CASE("lanes that go on after all know what is at work, and what was done while the journal was read") {
  Laned l;
  for (const char* id : {"a1", "a2", "b1"}) l.push(id);
  auto first = l.next(), second = l.next();
  l.lanes.close();
  l.lanes.succeed(1000, true, SIZE_MAX);
  l.lanes.reopen();
  auto waiting = std::async(std::launch::async, [&] { return l.lanes.next(2); });
  l.finish(std::move(first));
  for (const auto& [seq, id] : {std::pair(1, "a1"), std::pair(2, "a2"), std::pair(3, "b1")}) {
    Item again = l.item(id);
    again.seq = seq;
    CHECK_FALSE(l.lanes.insert(std::string(id).substr(0, 1), std::move(again)));
  }
  CHECK(waiting.wait_for(0s) == std::future_status::timeout);
  l.lanes.read();
  CHECK(waiting.get()->item().id == "a2");
  CHECK(l.lanes.snapshot().waiting == 0);
  l.finish(std::move(second));
}

TEST_CASE("what is at work is among what is kept, with the tree that it came to have there") {
  Laned l;
  l.push("a1");
  REQUIRE(l.lanes.push("b", [&] {
    Item loaded = l.item("b1");
    loaded.stanza = nullptr;  // the journal has it
    return loaded;
  }()));
  auto first = l.next(), second = l.next();
  CHECK(l.lanes.kept().size() == 2);
  const auto without_text = [&] {
    size_t count = 0;
    for (const Item& item : l.lanes.kept()) count += item.text() ? 0 : 1;
    return count;
  };
  CHECK(without_text() == 1);
  xmpp::Stanza stanza;
  stanza.xml = "<message/>";
  l.lanes.set_tree(second, std::make_shared<const xmpp::StanzaTree>(stanza));
  CHECK(without_text() == 0);
  l.finish(std::move(first));
  l.fail(std::move(second), 1s);
  REQUIRE(l.lanes.kept().size() == 1);
  CHECK(l.lanes.kept()[0].attempts == 1);
}

TEST_CASE(
    "what is withdrawn while it is at work comes back as what is to leave, and what came behind it does "
    "not") {
  Laned l;
  for (const char* id : {"a1", "a2"}) l.push(id);
  auto work = l.next();
  CHECK_FALSE(l.lanes.withdraw("a", "a1"));
  l.fail(std::move(work), 0s);
  work = l.next();
  CHECK(work.item().withdrawn);
  l.finish(std::move(work));
  work = l.next();
  l.fail(std::move(work), 0s);
  work = l.next();
  CHECK(work.item().id == "a2");
  CHECK_FALSE(work.item().withdrawn);
}

TEST_CASE("what has been tried keeps its text up to the limit, and one byte past it the journal's will do") {
  const size_t past = GENERATE(0, 1);
  Laned l;
  REQUIRE(l.lanes.push("a", l.item("a1", 10)));
  REQUIRE(l.lanes.push("b", l.item("b1", Lanes::kMaxTriedResident - 10 + past)));
  l.fail(l.next(), 0s);
  l.finish(l.next());
  CHECK((l.next().item().stanza != nullptr) == (past == 0));
}
