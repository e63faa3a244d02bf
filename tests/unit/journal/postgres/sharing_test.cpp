// SPDX-License-Identifier: MIT
// Several nodes on one queue: who has which buckets, and what becomes of what comes to another.
#include <algorithm>

#include "opened.h"
#include "proxy.h"

using namespace restanza;
using namespace restanza::journal;
using namespace restanza::journal::postgres;

namespace {

using Node = std::unique_ptr<PostgresStore>;

xmpp::Stanza from(const std::string& sender, const std::string& body) {
  xmpp::Stanza stanza = message(body);
  stanza.from = sender + "@localhost/phone";
  return stanza;
}

Bucket bucket_of_sender(const std::string& sender) {
  return bucket_of("default", from(sender, ""));
}

// What a node hears, as a process does that has told everybody.
Shift shift_of(PostgresStore& node, const Buckets& free = {}, bool linked = true) {
  auto shift = node.deal(free, linked);
  INFO((shift ? "" : shift.error().text));
  REQUIRE(shift);
  node.dealt();
  return *shift;
}

// Until a look, of which a node takes one in a while, tells of it.
template <class What>
Shift shift_with(PostgresStore& node, What what, bool linked = true) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < until) {
    Shift shift = shift_of(node, {}, linked);
    if (what(shift)) return shift;
  }
  FAIL("nothing of the kind was told");
  return {};
}

// The second comes while the first has all; it gets its half.
struct Two {
  explicit Two(bool behind_proxy = false)
      : proxy(queue.socket()),
        first(queue.open()),
        second(queue.open(behind_proxy ? queue.behind(proxy.directory()) : queue.place)) {
    shift_of(*second);
    const Shift told = shift_with(*first, [](const Shift& shift) { return shift.surplus.any(); });
    CHECK(told.surplus.count() == kBuckets / 2);
    const Shift given = shift_of(*first, told.surplus);
    CHECK(given.lost == told.surplus);
    CHECK_FALSE(given.whole);
    const Shift taken = shift_with(*second, [](const Shift& shift) { return shift.gained.any(); });
    CHECK(taken.gained == given.lost);
  }

  // Somebody whose conversation is of that node.
  std::string of(const PostgresStore& node, int nth = 0) const {
    for (int i = 0;; ++i) {
      const std::string name = "user" + std::to_string(i);
      if (node.has(bucket_of_sender(name)) && nth-- == 0) return name;
    }
  }
  Seq add(PostgresStore& node, const std::string& sender, const std::string& body) const {
    const xmpp::Stanza stanza = from(sender, body);
    std::vector<Delivery> deliveries(1);
    deliveries[0].id = "msg_" + body;
    deliveries[0].endpoint = "default";
    deliveries[0].accepted = deliveries[0].changed = queue.clock.wall();
    REQUIRE(node.write({Insert{stanza, deliveries}}));
    return deliveries[0].seq;
  }
  static std::string came(PostgresStore& node) {
    return ids(shift_with(node, [](const Shift& shift) { return !shift.came.empty(); }).came);
  }

  const Queue queue;
  Proxy proxy;
  Node first, second;
};

}  // namespace

TEST_CASE("two nodes have one half each, and the next one that comes a third") {
  Two two;
  CHECK(two.queue.rows("SELECT count(*) FROM bucket GROUP BY holder ORDER BY 1") == "128 128");
  const Node third = two.queue.open();
  shift_of(*third);
  for (const Node* node : {&two.first, &two.second}) {
    const Shift told = shift_with(**node, [](const Shift& shift) { return shift.surplus.any(); });
    shift_of(**node, told.surplus);
  }
  shift_with(*third, [&](const Shift&) {
    return two.queue.rows("SELECT count(*) FROM bucket GROUP BY holder ORDER BY 1") == "85 85 86";
  });
}

TEST_CASE("what is under way is not given, and no more than is too much") {
  const Queue queue;
  const Node first = queue.open();
  const Node second = queue.open();
  shift_of(*second);
  const Shift told = shift_with(*first, [](const Shift& shift) { return shift.surplus.any(); });
  Buckets one;
  one.set(255);
  CHECK(shift_of(*first, one).lost == one);
  CHECK(shift_of(*first, Buckets().set()).lost.count() == kBuckets / 2 - 1);
  CHECK(shift_of(*first, Buckets().set()).lost.none());
}

TEST_CASE("a node through which no stanza can leave stands by, until it is the only one that lives") {
  Two two;
  const auto all = [](const Shift& shift) { return shift.surplus.count() == kBuckets / 2; };
  const Shift told = shift_with(*two.second, all, false);
  CHECK(shift_of(*two.second, told.surplus, false).lost.count() == kBuckets / 2);
  CHECK(shift_with(*two.first, [](const Shift& shift) { return shift.gained.any(); }).whole);
  two.first.reset();
  CHECK(shift_with(
            *two.second, [](const Shift& shift) { return shift.gained.any(); }, false)
            .whole);
}

TEST_CASE("what comes to a node that does not have its bucket is numbered by who has it, in order") {
  Two two;
  const std::string mine = two.of(*two.first), other = two.of(*two.second);
  CHECK(two.add(*two.first, other, "1") == kElsewhere);
  CHECK(two.add(*two.first, mine, "2") > 0);
  CHECK(two.add(*two.first, other, "3") == kElsewhere);
  CHECK(two.queue.rows("SELECT id FROM arrival ORDER BY number") == "msg_1 msg_3");
  // Also where it is not told of them before its own.
  const Seq fourth = two.add(*two.second, other, "4");
  CHECK(two.queue.rows("SELECT id FROM delivery WHERE sender LIKE '" + other + "@%' ORDER BY seq") ==
        "msg_1 msg_3 msg_4");
  const Shift shift = shift_of(*two.second);
  CHECK(ids(shift.came) == "msg_1 msg_3");
  CHECK(shift.came.back().seq < fourth);
  CHECK(two.queue.rows("SELECT count(*) FROM arrival") == "0");
}

TEST_CASE("a node that has nothing to write hears of what came elsewhere all the same") {
  Two two;
  two.add(*two.first, two.of(*two.second), "1");
  CHECK(Two::came(*two.second) == "msg_1");
}

TEST_CASE("what a node took for itself is told of, wherever its connection broke, and whoever asks next") {
  Two two(true);
  const int spared = GENERATE(0, 1, 2);  // of the answers: the look, what was taken, the commit
  const bool writes = GENERATE(false, true);
  const std::string other = two.of(*two.second);
  two.add(*two.first, other, "1");
  two.proxy.be(Proxy::Mode::deaf, Proxy::Mode::passes, spared);
  if (writes) two.add(*two.second, other, "2");
  std::string came;
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (came.empty() && std::chrono::steady_clock::now() < until) came = ids(shift_of(*two.second).came);
  CHECK(came == "msg_1");
  CHECK(two.queue.rows("SELECT id FROM delivery ORDER BY seq") == (writes ? "msg_1 msg_2" : "msg_1"));
  CHECK(two.queue.rows("SELECT count(*) FROM arrival") == "0");
}

TEST_CASE("of one stanza for several, each delivery goes where its bucket is") {
  Two two;
  const xmpp::Stanza stanza = from(two.of(*two.first), "one");
  std::string consumer = "updates/a";
  while (two.first->has(bucket_of_consumer(consumer))) consumer += "a";
  std::vector<Delivery> deliveries(2);
  deliveries[0].id = "msg_hook";
  deliveries[0].endpoint = "default";
  deliveries[1].id = "msg_update";
  deliveries[1].endpoint = consumer;
  REQUIRE(two.first->write({Insert{stanza, deliveries}}));
  CHECK(deliveries[0].seq > 0);
  CHECK(deliveries[1].seq == kElsewhere);
  CHECK(Two::came(*two.second) == "msg_update");
  const auto page = two.first->read(Page{consumer, 0, 10, 100000});
  REQUIRE(page);
  CHECK(ids(std::get<std::vector<Delivery>>(*page)) == "msg_update");
}

TEST_CASE("what waited for a node that died comes to the other, in its order, also what was not numbered") {
  Two two;
  const std::string other = two.of(*two.second);
  for (const std::string body : {"1", "2"}) two.add(*two.second, other, body);
  two.add(*two.first, other, "3");
  two.queue.sql(
      "UPDATE node SET expires = clock_timestamp() WHERE name = (SELECT name FROM node LIMIT 1) AND run = "
      "(SELECT holder FROM bucket WHERE number = 255)");
  const Shift shift = shift_with(*two.first, [](const Shift& told) { return told.gained.any(); });
  CHECK(shift.gained.count() == kBuckets / 2);
  CHECK(ids(shift.came) == "msg_1 msg_2");
  CHECK(Two::came(*two.first) == "msg_3");
  CHECK(two.add(*two.first, other, "4") > shift.came.back().seq);
}

TEST_CASE("a node settles only what it has; what it removes of another's stays") {
  Two two;
  const Seq seq = two.add(*two.second, two.of(*two.second), "1");
  const Change gone = Removed{seq};
  Noted dead;
  dead.seq = seq;
  dead.state = State::dead;
  const Change noted = dead;
  REQUIRE(two.first->write({&noted, &gone}));
  CHECK(two.queue.rows("SELECT state FROM delivery") == "0");
  REQUIRE(two.second->write({&gone}));
  CHECK(two.queue.rows("SELECT count(*) FROM delivery") == "0");
}

TEST_CASE("a dead letter that is replayed at another node goes to who has its bucket") {
  Two two;
  const std::string other = two.of(*two.second);
  Noted dead;
  dead.seq = two.add(*two.second, other, "1");
  dead.state = State::dead;
  const Change noted = dead;
  REQUIRE(two.second->write({&noted}));
  const Command revive = Revive{"msg_1", two.queue.clock.wall()};
  Result<Answer> answer = Error{};
  REQUIRE(two.first->write({Alone{revive, answer}}));
  REQUIRE(answer);
  CHECK(std::get<std::optional<Delivery>>(*answer)->seq == kElsewhere);
  const Shift shift = shift_with(*two.second, [](const Shift& told) { return !told.came.empty(); });
  CHECK(ids(shift.came) == "msg_1");
  CHECK(shift.came.front().state == State::waiting);
  CHECK(shift.came.front().attempts == 0);
}

TEST_CASE("a key that is claimed at both nodes is one node's, and answered at the other") {
  Two two;
  const auto claim = [&](PostgresStore& node) {
    const Command command = ClaimKey{"key", "body", two.queue.clock.wall(), "a"};
    Result<Answer> answer = Error{};
    REQUIRE(node.write({Alone{command, answer}}));
    REQUIRE(answer);
    return std::get<Claim>(*answer);
  };
  CHECK(claim(*two.first).kind == Claim::Kind::ours);
  CHECK(claim(*two.second).kind == Claim::Kind::started);
  const Command finish = FinishKey{"key", {202, {}, "done"}};
  Result<Answer> answer = Error{};
  REQUIRE(two.first->write({Alone{finish, answer}}));
  const Claim again = claim(*two.second);
  CHECK(again.kind == Claim::Kind::answered);
  CHECK(again.answer.body == "done");
}

TEST_CASE("a node hears that another has written, and what the queue holds is known to both") {
  Two two;
  StorePlace small = two.queue.place;
  shift_of(*two.second);
  two.add(*two.first, two.of(*two.first), std::string(5000, 'x'));
  CHECK(shift_with(*two.second, [](const Shift& shift) { return shift.others_wrote; }).came.empty());
  small.max_bytes = 4000;
  const Node third = two.queue.open(small);
  CHECK(third->full());
  const Change gone = Removed{std::stoll(two.queue.rows("SELECT seq FROM delivery"))};
  REQUIRE(two.first->write({&gone}));
  shift_with(*third, [&](const Shift&) { return !third->full(); });
}

TEST_CASE("who must be alone is not let in beside others, nor they beside it") {
  const Queue queue;
  StorePlace alone = queue.place;
  alone.alone = true;
  {
    const Node first = queue.open();
    CHECK_THAT(queue.refusal(alone), Contains("another host has the queue") && Contains("stop it"));
  }
  const Node copying = queue.open(alone);
  CHECK_THAT(queue.refusal(queue.place), Contains("it is copying"));
}
