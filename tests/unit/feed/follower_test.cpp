// SPDX-License-Identifier: MIT
// Those who follow a consumer: they have what waits and what comes, once, and take it from nobody.
#include "feed/follower.h"

#include "unit/feed/world.h"

using namespace restanza;
using namespace restanza::feed;

namespace {

struct Following : World {
  using World::World;

  std::shared_ptr<Follower> follow() { return follow(bot->acknowledged()); }
  std::shared_ptr<Follower> follow(const Cursor& after) {
    const auto made = std::make_shared<Follower>(
        bot, after,
        [](const Page& page, std::string& events) {
          if (page.missed != 0) events += "missed " + std::to_string(page.missed) + " ";
          events += feed::ids(page) + "|";
        },
        log);
    REQUIRE(bot->follow(made));
    return made;
  }
  std::string read(Follower& follower) {
    settle();
    std::string events;
    REQUIRE(follower.read(events));
    return events;
  }
};

}  // namespace

TEST_CASE("who follows has what waits, and then what comes") {
  Following f;
  f.message("1");
  const auto follower = f.follow();
  CHECK(f.read(*follower) == "1|");
  CHECK(f.read(*follower).empty());
  f.message("2");
  f.presence("p");
  f.message("3");
  CHECK(f.read(*follower) == "2 (p) 3|");
  CHECK(f.World::read().updates.size() == 4);  // nothing was acknowledged
}

TEST_CASE("what comes while somebody follows is read without the disk") {
  Following f;
  const auto follower = f.follow();
  CHECK(f.read(*follower).empty());
  f.message("1");
  f.settle();
  f.journal.stop();
  std::string events;
  CHECK(follower->read(events));
  CHECK(events == "1|");
}

TEST_CASE("a burst that is more than memory holds is read from the disk, each once and in order") {
  Following f;
  const auto follower = f.follow();
  std::string expected;
  for (size_t i = 0; i < 3 * Tail::kMax; ++i) {
    const std::string id = std::to_string(i);
    f.message(id);
    expected += (expected.empty() ? "" : " ") + id;
  }
  CHECK(f.read(*follower) == expected + "|");
}

TEST_CASE("several follow at once, beside one who asks, and none supersedes another") {
  Following f;
  const auto one = f.follow(), other = f.follow();
  f.message("1");
  CHECK(f.read(*one) == "1|");
  CHECK(f.read(*other) == "1|");
  f.acknowledge(f.World::read().next);
  f.message("2");
  CHECK(f.read(*one) == "2|");
  one->ended();
  f.message("3");
  CHECK(f.read(*other) == "2 3|");
}

TEST_CASE("so many follow a consumer and no more, and who leaves makes room") {
  Following f;
  std::vector<std::shared_ptr<Follower>> all;
  for (size_t i = 0; i < Consumer::kFollowers; ++i) all.push_back(f.follow());
  const auto late = std::make_shared<Follower>(
      f.bot, f.bot->acknowledged(), [](const Page&, std::string&) {}, f.log);
  CHECK_FALSE(f.bot->follow(late));
  all.back()->ended();
  CHECK(f.bot->follow(late));
  f.bot->stop();
  CHECK_FALSE(f.bot->follow(late));
}

TEST_CASE("who follows is told what was given up, with what comes next or alone") {
  ConsumerSettings two;
  two.max_queued = 2;
  Following f(two);
  const auto follower = f.follow();
  for (const char* id : {"1", "2", "3"}) f.message(id);
  f.settle();
  CHECK(f.read(*follower) == "missed 1 2 3|");
  CHECK(f.read(*follower).empty());
  f.message("4");
  f.settle();
  CHECK(f.read(*follower) == "missed 1 4|");
}

TEST_CASE("a dead letter that is put back comes to who follows") {
  ConsumerSettings one;
  one.max_queued = 1;
  Following f(one);
  const auto follower = f.follow();
  for (const char* id : {"1", "2"}) f.message(id);
  f.settle();
  CHECK(f.read(*follower) == "missed 1 2|");
  f.acknowledge(f.World::read().next);
  Collected<bool> revived;
  f.journal.revive(journal::Filter{}, kAll, [&](const Result<std::vector<journal::Delivery>>& back) {
    for (const auto& each : *back) f.bot->requeue(each);
    revived.add(true);
  });
  REQUIRE(revived.wait(1).size() == 1);
  CHECK(f.read(*follower) == "1|");
}
