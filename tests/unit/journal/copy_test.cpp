// SPDX-License-Identifier: MIT
// What a journal keeps is moved into another one, from every kind that lasts into every kind.
#include "journal/stores/copy.h"

#include <utility>

#include "journal/journal.h"
#include "stores.h"
#include "world.h"

using namespace restanza;
using namespace restanza::journal;
using namespace std::chrono_literals;

namespace {

class Place {
 public:
  explicit Place(const StoreRow& row) : place_(row.place(directory_.path)) {
    REQUIRE(kind_of(place_).migrate(place_));
  }
  const StorePlace& operator*() const { return place_; }

  template <class Work>
  auto with(Work work) const {
    auto opened = kind_of(place_).open(place_, clock);
    INFO((opened ? "" : opened.error().text));
    REQUIRE(opened);
    return work(*opened->store);
  }
  void apply(const Change& change) const {
    with([&](Store& store) { REQUIRE(store.write({&change})); });
  }
  template <class Request>
  typename Request::Answer ask(Request request) const {
    return with([&](Store& store) {
      Result<Answer> answer = Answer();
      if constexpr (std::is_constructible_v<Read, Request>) {
        answer = store.read(request);
      } else {
        const Command command = std::move(request);
        REQUIRE(store.write({Alone{command, answer}}));
      }
      REQUIRE(answer);
      return std::get<typename Request::Answer>(std::move(*answer));
    });
  }
  std::vector<Delivery> add(const std::string& body, const std::vector<std::string>& endpoints) const {
    std::vector<Delivery> deliveries(endpoints.size());
    for (size_t i = 0; i < endpoints.size(); ++i) {
      deliveries[i].id = "msg_" + body + "_" + endpoints[i];
      deliveries[i].endpoint = endpoints[i];
      deliveries[i].accepted = deliveries[i].changed = clock.wall();
    }
    const xmpp::Stanza stanza = message(body);
    with([&](Store& store) { REQUIRE(store.write({Insert{stanza, deliveries}})); });
    return deliveries;
  }
  std::string listed() const { return ids(ask(List{{}, 0, 1000000})); }

  FakeClock clock;

 private:
  const Directory directory_;
  const StorePlace place_;
};

std::string copied(const Place& from, const Place& to) {
  std::string lines;
  const auto done =
      copy(*from, *to, from.clock, [&](std::string_view line) { lines += std::string(line) + "\n"; });
  return done ? lines : done.error().text;
}

// Both last: every kind from and to every kind.
struct Pair {
  Pair() : Pair(lasting(GENERATE(0, 1)), lasting(GENERATE(0, 1))) {}
  Pair(const StoreRow& one, const StoreRow& other) : from(one), to(other) {}

  static const StoreRow& lasting(int number) {
    for (const StoreRow& row : store_rows()) {
      if (!row.in_memory && number-- == 0) return row;
    }
    throw std::runtime_error("there are fewer");
  }

  const Place from, to;
};

}  // namespace

TEST_CASE("all that a journal keeps is in the other one afterwards, as it was, and not in the first") {
  const Pair pair;
  const Place &from = pair.from, &to = pair.to;
  const auto shared = from.add("shared", {"a", "b"});
  auto dead = from.add("dead", {"a"}).front();
  dead.state = State::dead;
  dead.attempts = 7;
  dead.last_error = "status 500";
  from.apply(noted_of(dead));
  from.apply(EndpointStop{"b", Stop::paused, "by hand"});
  const auto consumer = from.ask(OpenConsumer{"reader", "identity"});
  from.add("read", {"reader"});
  from.ask(KeepTicket{{"digest", "reader", "alice", "proof", Ticket::State::in_use, from.clock.wall()}});
  from.ask(ClaimKey{"open", "body", from.clock.wall(), "alice"});
  from.ask(ClaimKey{"done", "body", from.clock.wall(), "alice"});
  from.ask(FinishKey{"done", {202, {{"Stanza-Id", "x"}}, "text"}});

  CHECK(
      copied(from, to) ==
      "1 consumers moved\n1 stopped endpoints moved\n1 tickets moved\n2 idempotency keys moved\n4 deliveries "
      "moved\n");

  CHECK(to.listed() == "msg_shared_a msg_shared_b msg_dead_a msg_read_reader");
  CHECK(to.ask(LoadStanza{shared[1].seq})->xml == message("shared").xml);
  const auto moved = to.ask(Find{dead.id});
  REQUIRE(moved);
  CHECK(moved->state == State::dead);
  CHECK(moved->attempts == 7);
  CHECK(moved->last_error == "status 500");
  CHECK(moved->seq == dead.seq);
  CHECK(to.ask(ListStops{}).size() == 1);
  const auto known = to.ask(OpenConsumer{"reader", "another"});
  CHECK(known.identity == "identity");
  CHECK(known.acknowledged == consumer.acknowledged);
  CHECK(to.ask(ListTickets{}).front().credential == "alice");
  CHECK(to.ask(ClaimKey{"open", "body", to.clock.wall(), "alice"}).kind == Claim::Kind::lost);
  const auto answered = to.ask(ClaimKey{"done", "body", to.clock.wall(), "alice"});
  CHECK(answered.kind == Claim::Kind::answered);
  CHECK(answered.answer.body == "text");
  CHECK(to.add("new", {"a"}).front().seq > known.latest);

  CHECK(from.listed().empty());
  CHECK(from.ask(ListStops{}).empty());
  CHECK(from.ask(ListTickets{}).empty());
  CHECK(from.ask(CountKeys{1}).keys == 0);
}

TEST_CASE("a copy that was stopped in the middle goes on, and nothing is there twice") {
  const Pair pair;
  const Place &from = pair.from, &to = pair.to;
  for (const std::string body : {"1", "2", "3"}) from.add(body, {"a"});
  // What had been committed in the target when it was stopped, and was not removed from the source yet.
  const auto whole = from.ask(ListWhole{0, 1, SIZE_MAX});
  REQUIRE(whole.size() == 1);
  to.apply(Restored{std::make_shared<const Delivery>(whole[0]),
                    std::make_shared<const xmpp::Stanza>(message("1"))});
  CHECK_THAT(copied(from, to), Contains("3 deliveries moved"));
  CHECK(to.listed() == "msg_1_a msg_2_a msg_3_a");
  CHECK(from.listed().empty());
}

TEST_CASE("other deliveries under the same numbers stop a copy before anything of them is lost") {
  const Pair pair;
  pair.from.add("ours", {"a"});
  pair.to.add("theirs", {"a"});
  CHECK_THAT(copied(pair.from, pair.to), Contains("holds other deliveries") && Contains("msg_theirs_a"));
  CHECK(pair.from.listed() == "msg_ours_a");
  CHECK(pair.to.listed() == "msg_theirs_a");
}

TEST_CASE("kCopiedAtOnce deliveries, kKeysCopiedAtOnce keys, and one more of each, are moved") {
  const Pair pair;
  std::vector<std::string> endpoints;
  for (size_t i = 0; i < kCopiedAtOnce + 1; ++i) endpoints.push_back("e" + std::to_string(i));
  pair.from.add("many", endpoints);
  pair.from.with([&](Store& store) {
    for (size_t i = 0; i < kKeysCopiedAtOnce + 1; ++i) {
      const Command claim = ClaimKey{"k" + std::to_string(i), "body", pair.from.clock.wall(), "a"};
      Result<Answer> answer = Answer();
      REQUIRE(store.write({Alone{claim, answer}}));
    }
  });
  CHECK_THAT(copied(pair.from, pair.to),
             Contains(std::to_string(kKeysCopiedAtOnce + 1) + " idempotency keys moved") &&
                 Contains(std::to_string(kCopiedAtOnce + 1) + " deliveries moved"));
}

TEST_CASE("a journal that somebody has open, in memory, or the same one, is not copied") {
  const Pair pair;
  const auto nothing = [](std::string_view) {};
  pair.from.with([&](Store& open) {
    if (!(*pair.from).database.empty()) return;  // its host's lease decides, see lease_test.cpp
    REQUIRE(open.write({}));
    CHECK_FALSE(copy(*pair.from, *pair.to, pair.from.clock, nothing));
  });
  CHECK_THAT(copied(pair.from, pair.from), Contains("the same journal"));
  const auto memory = copy({}, *pair.to, pair.from.clock, nothing);
  REQUIRE_FALSE(memory);
  CHECK_THAT(memory.error().text, Contains("set state_dir"));
}
