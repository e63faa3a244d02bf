// SPDX-License-Identifier: MIT
// What becomes of those who ask for their deliveries when a journal is moved, and of a journal from which
// nothing may be moved.
#include "child.h"
#include "journal/journal.h"
#include "journal/stores/copy.h"
#include "journal/stores/stores.h"
#include "world.h"

using namespace restanza;
using namespace restanza::journal;

namespace {

// A journal in a file, which is open for the time of a call.
struct Lying {
  template <class Request>
  typename Request::Answer ask(Request request) const {
    const auto opened = kind_of(place).open(place, clock);
    REQUIRE(opened);
    Result<Answer> answer = Answer();
    if constexpr (std::is_constructible_v<Read, Request>) {
      answer = opened->store->read(request);
    } else {
      const Command command = std::move(request);
      REQUIRE(opened->store->write({Alone{command, answer}}));
    }
    REQUIRE(answer);
    return std::get<typename Request::Answer>(std::move(*answer));
  }
  Seq add(const std::string& id) const {
    std::vector<Delivery> deliveries(1);
    deliveries[0].id = id;
    deliveries[0].endpoint = "reader";
    deliveries[0].accepted = deliveries[0].changed = clock.wall();
    const xmpp::Stanza stanza = message(id);
    const auto opened = kind_of(place).open(place, clock);
    REQUIRE(opened);
    REQUIRE(opened->store->write({Insert{stanza, deliveries}}));
    return deliveries[0].seq;
  }
  Consumer reader(const std::string& identity) const { return ask(OpenConsumer{"reader", identity}); }
  std::string waiting(Seq beyond) const { return ids(ask(Page{"reader", beyond, 1000, size_t{1} << 20})); }

  FakeClock clock;
  Directory directory;
  StorePlace place{directory.path};
};

std::string moved(const Lying& from, const Lying& to) {
  const auto done = copy(from.place, to.place, from.clock, [](std::string_view) {});
  return done ? "moved" : done.error().text;
}

}  // namespace

TEST_CASE(
    "a reader goes on in the target with its cursor, which is good for nothing in the source any more") {
  const Lying from, to;
  from.reader("first");
  const Seq read = from.add("read");
  from.add("waits");
  from.ask(Acknowledge{"reader", read, 0, 1000});
  CHECK(moved(from, to) == "moved");
  const Consumer there = to.reader("second");
  CHECK(there.identity == "first");
  CHECK(there.acknowledged == read);
  CHECK(to.waiting(read) == "waits");
  // Somebody starts a host on the source again: what comes there is nothing that the cursor has seen.
  const Consumer here = from.reader("third");
  CHECK(here.identity == "third");
  from.add("here");
  CHECK(from.waiting(here.acknowledged) == "here");
}

TEST_CASE("a reader that had everything is shown what comes in the target") {
  const Lying from, to;
  from.reader("first");
  const Seq read = from.add("read");
  from.ask(Acknowledge{"reader", read, 0, 1000});
  CHECK(moved(from, to) == "moved");
  CHECK(to.add("new") > read);
  CHECK(to.waiting(to.reader("second").acknowledged) == "new");
}

TEST_CASE("what a reader has had in the target meanwhile, and missed, stays so when a copy is gone on with") {
  const Lying from, to;
  const Consumer bot = from.reader("first");
  to.ask(RestoreConsumer{bot});  // here the copy was stopped
  const Seq later = to.add("later");
  to.ask(GiveUp{"reader", std::nullopt, 1, "it was not fetched", to.clock.wall()});
  to.ask(Acknowledge{"reader", later, 1, 1000});
  CHECK(moved(from, to) == "moved");
  const Consumer there = to.reader("second");
  CHECK(there.acknowledged == later);
  CHECK(there.missed == 1);
  CHECK(there.told == 1);
}

TEST_CASE("a journal that is moved there and back gives its readers the same identity, and no number twice") {
  const Lying one, other;
  one.reader("first");
  one.add("a");
  CHECK(moved(one, other) == "moved");
  const Seq later = other.add("b");
  CHECK(moved(other, one) == "moved");
  CHECK(one.reader("second").identity == "first");
  CHECK(one.waiting(0) == "a b");
  CHECK(one.add("c") > later);
}

TEST_CASE("where other deliveries are in the way nothing is moved, whatever it is and however far they are") {
  const Lying from, to;
  from.reader("first");
  for (size_t i = 0; i <= kCopiedAtOnce; ++i) from.add("ours_" + std::to_string(i));
  from.ask(KeepTicket{{"digest", "reader", "alice", "proof", Ticket::State::issued, from.clock.wall()}});
  const auto all = from.ask(List{{}, 0, kCopiedAtOnce + 1});
  to.ask(RestoreConsumer{{"other", "other", 0, 0, 0, all.back().seq - 1}});
  REQUIRE(to.add("theirs") == all.back().seq);
  CHECK_THAT(moved(from, to), Contains("holds other deliveries") && Contains("such as theirs"));
  CHECK(from.ask(List{{}, 0, kCopiedAtOnce + 2}).size() == kCopiedAtOnce + 1);
  CHECK(from.ask(ListTickets{}).size() == 1);
  CHECK(to.ask(ListTickets{}).empty());
  CHECK(to.ask(ListConsumers{}).size() == 1);
  CHECK(ids(to.ask(List{{}, 0, 10})) == "theirs");
}

TEST_CASE("a copy that is killed after any of its steps is gone on with, and everything is there once") {
  const int step = GENERATE(1, 2, 3, 4, 5);
  const Lying from, to;
  from.reader("first");
  for (const char* id : {"a", "b", "c"}) from.add(id);
  from.ask(KeepTicket{{"digest", "reader", "alice", "proof", Ticket::State::issued, from.clock.wall()}});
  from.ask(ClaimKey{"key", "body", from.clock.wall(), "alice"});
  {
    Child child([&](Child& side) {
      int steps = 0;
      (void)copy(from.place, to.place, from.clock, [&](std::string_view line) {
        if (++steps < step) return;
        side.say(std::string(line));
        side.hear();  // it ends here
      });
    });
    CHECK_THAT(child.hear().value_or("nothing"), Contains("moved"));
  }
  CHECK(moved(from, to) == "moved");
  CHECK(ids(to.ask(List{{}, 0, 10})) == "a b c");
  CHECK(to.reader("second").identity == "first");
  CHECK(to.ask(ListTickets{}).size() == 1);
  CHECK(to.ask(CountKeys{1}).keys == 1);
  CHECK(from.ask(List{{}, 0, 10}).empty());
  CHECK(from.ask(ListConsumers{}).empty());
}
