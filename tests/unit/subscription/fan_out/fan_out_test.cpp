// SPDX-License-Identifier: MIT
// Who gets a stanza, where several parts of the plugin have destinations that want it.
#include "subscription/fan_out/fan_out.h"

#include <map>

#include "journal/sqlite/store.h"
#include "subscription/fan_out/kept_deliveries.h"
#include "support/catch.h"
#include "support/collected.h"
#include "support/fake_clock.h"
#include "unit/traffic/followed.h"

using namespace restanza;
using namespace restanza::subscription;
using namespace restanza::test;

namespace {

class Waiting final : public Destination {
 public:
  explicit Waiting(std::string name, size_t limit = 100) : name_(std::move(name)), left_(limit) {}

  const std::string& name() const override { return name_; }
  bool reserve() override {
    if (left_ == 0) return false;
    --left_;
    return true;
  }
  void reserve_beyond() override {}
  void cancel() override { ++left_; }
  void refuse_place() override { cancel(); }
  void count_crowded() override { ++crowded; }
  void push(journal::Delivery&& delivery, const Tree& tree) override {
    got.add(tree->stanza().id + (delivery.answers ? " answers" : ""));
    deliveries.add(std::move(delivery));
  }
  bool retired() const override { return gone; }
  void requeue(const journal::Delivery& delivery) override { again.add(delivery.id); }
  void withdraw(const journal::Delivery& delivery) override { withdrawn.add(delivery.id); }
  bool at_work(const journal::Delivery&) const override { return busy; }

  Collected<std::string> got, again, withdrawn;
  Collected<journal::Delivery> deliveries;
  std::atomic<int> crowded{0};
  std::atomic<bool> gone{false}, busy{false};

 private:
  const std::string name_;
  std::atomic<size_t> left_;
};

struct World {
  FakeClock clock;
  CollectedLog log;
  Metrics metrics;
  Collected<xmpp::Stanza> replies;
  journal::Journal journal{{}, journal::SqliteStore::open, clock, log};
  FanOut fan_out{journal,
                 [this](xmpp::Stanza reply, const std::function<void()>& handed) {
                   replies.add(std::move(reply));
                   handed();
                 },
                 log, metrics};

  World() { REQUIRE(journal.open()); }
  ~World() { journal.stop(); }

  static FanOut::Members want(const std::vector<std::shared_ptr<Waiting>>& all, const StanzaFilter& filter,
                              const std::string& answering = "") {
    FanOut::Members members;
    for (const auto& each : all) {
      members.push_back(std::make_shared<const FanOut::Member>(each, filter, each->name() == answering));
    }
    return members;
  }
  void set(const std::string& part, FanOut::Members members) {
    fan_out.publish(fan_out.prepare(part, std::move(members)));
  }
  xmpp::Offered offer(const std::string& id, const std::string& type = "chat") {
    xmpp::StanzaTree stanza(*xmpp::parse_stanza("<message type='" + type +
                                                "' from='a@localhost/r' to='bot@rest.localhost' id='" + id +
                                                "'><body>x</body></message>"));
    return fan_out.offer(stanza, [] {}, {});
  }
};

using Ids = std::vector<std::string>;

StanzaFilter everything() {
  StanzaFilter filter;
  filter.domain = "rest.localhost";
  return filter;
}
StanzaFilter headlines() {
  StanzaFilter filter = everything();
  filter.types = {"headline"};
  return filter;
}

}  // namespace

TEST_CASE("destinations of every part get what they want, and of them all the first answers") {
  World w;
  const auto one = std::make_shared<Waiting>("one"), two = std::make_shared<Waiting>("two");
  const auto headline = std::make_shared<Waiting>("headlines");
  w.set("posted", w.want({one}, everything()));
  auto asked = w.want({two}, everything());
  for (auto& member : w.want({headline}, headlines())) asked.push_back(std::move(member));
  w.set("asked", std::move(asked));
  CHECK(w.offer("1") == xmpp::Offered::taken);
  CHECK(w.offer("2", "headline") == xmpp::Offered::taken);
  CHECK(one->got.wait(2) == Ids{"1 answers", "2 answers"});
  CHECK(two->got.wait(2) == Ids{"1", "2"});
  CHECK(headline->got.wait(1) == Ids{"2"});
}

TEST_CASE("the destination that is marked for it answers, whichever part it belongs to") {
  World w;
  const auto one = std::make_shared<Waiting>("one"), two = std::make_shared<Waiting>("two");
  w.set("posted", w.want({one}, everything()));
  w.set("asked", w.want({two}, everything(), "two"));
  CHECK(w.offer("1") == xmpp::Offered::taken);
  CHECK(two->got.wait(1) == Ids{"1 answers"});
  CHECK(one->got.wait(1) == Ids{"1"});
}

TEST_CASE("a part that changes leaves the others as they are") {
  World w;
  const auto one = std::make_shared<Waiting>("one"), two = std::make_shared<Waiting>("two");
  w.set("posted", w.want({one}, everything()));
  w.set("asked", w.want({two}, everything()));
  w.set("posted", {});
  CHECK(w.offer("1") == xmpp::Offered::taken);
  CHECK(two->got.wait(1) == Ids{"1 answers"});
  CHECK(one->got.now().empty());
  CHECK_FALSE(w.fan_out.find("one"));
  CHECK(w.fan_out.find("two") == two);
  w.set("asked", {});
  CHECK(w.offer("2") == xmpp::Offered::foreign);
}

TEST_CASE("who finds no room costs the others nothing, and the sender hears of it where it should answer") {
  World w;
  const auto full = std::make_shared<Waiting>("full", 1), wide = std::make_shared<Waiting>("wide");
  w.set("posted", w.want({full}, everything()));
  w.set("asked", w.want({wide}, everything()));
  CHECK(w.offer("1") == xmpp::Offered::taken);
  CHECK(w.offer("2") == xmpp::Offered::taken);
  CHECK(wide->got.wait(2) == Ids{"1", "2"});
  CHECK(full->got.wait(1) == Ids{"1 answers"});
  CHECK(full->crowded == 1);
  REQUIRE(w.replies.wait(1).size() == 1);
  CHECK_THAT(w.replies.now()[0].xml, Contains("resource-constraint"));
}

TEST_CASE("what is on its way to one that was removed goes to the one that has its name now") {
  World w;
  const auto before = std::make_shared<Waiting>("one"), after = std::make_shared<Waiting>("one");
  w.set("asked", w.want({before}, everything()));
  Door committing, go_on;
  w.journal.flush([&] {
    committing.open();
    go_on.pass();
  });
  REQUIRE(committing.pass());
  CHECK(w.offer("1") == xmpp::Offered::taken);
  before->gone = true;
  w.set("asked", w.want({after}, everything()));
  go_on.open();
  CHECK(after->got.wait(1) == Ids{"1 answers"});
  CHECK(before->got.now().empty());
}

TEST_CASE("after a drain has begun only what is kept on disk is taken, and nothing after the stop") {
  World w;
  const auto one = std::make_shared<Waiting>("one");
  w.set("asked", w.want({one}, everything()));
  SECTION("a drain: this journal is in memory") {
    w.fan_out.drain();
  }
  SECTION("a stop") {
    w.fan_out.stop();
  }
  CHECK(w.offer("1") == xmpp::Offered::foreign);
}

TEST_CASE("what is at work cannot be discarded, and what waits leaves the queue with its delivery") {
  World w;
  const auto one = std::make_shared<Waiting>("one");
  KeptDeliveries kept(w.journal, w.fan_out, w.clock,
                      [&] { return std::vector<std::shared_ptr<Destination>>{one}; });
  w.set("asked", w.want({one}, everything()));
  CHECK(w.offer("1") == xmpp::Offered::taken);
  const auto deliveries = one->deliveries.wait(1);
  REQUIRE(deliveries.size() == 1);
  Collected<KeptDeliveries::Discarded> told;
  const auto discard = [&] {
    kept.discard(deliveries[0].id, [&](const Result<KeptDeliveries::Discarded>& how) { told.add(*how); });
  };
  one->busy = true;
  discard();
  CHECK(told.wait(1) == std::vector{KeptDeliveries::Discarded::at_work});
  one->busy = false;
  discard();
  CHECK(told.wait(2).back() == KeptDeliveries::Discarded::ok);
  CHECK(one->withdrawn.wait(1) == Ids{deliveries[0].id});
}

TEST_CASE("whoever follows the traffic is told of each stanza once it is decided who gets it") {
  traffic::Followed followed;
  World w;
  w.fan_out.record_in(followed.recorder);
  const auto full = std::make_shared<Waiting>("full", 1), wide = std::make_shared<Waiting>("wide", 2);
  w.set("posted", w.want({full}, everything()));
  w.set("asked", w.want({wide}, everything()));
  for (const char* id : {"1", "2", "3"}) {
    CHECK(w.offer(id) == xmpp::Offered::taken);
    Door committed;
    w.journal.flush([&] { committed.open(); });
    REQUIRE(committed.pass());
  }
  CHECK(followed.lines() == Ids{"in 1 taken for full for wide", "in 2 taken for wide, full full",
                                "in 3 refused, full full, wide full"});
}

TEST_CASE("a stanza that is in no queue yet is told of as busy or refused, and a room's reflection as such") {
  traffic::Followed followed;
  World w;
  w.fan_out.record_in(followed.recorder);
  const auto one = std::make_shared<Waiting>("one", SIZE_MAX);
  w.set("asked", w.want({one}, everything()));
  const auto reflected =
      *xmpp::parse_stanza("<message type='groupchat' from='room@r/bot' to='bot@rest.localhost' id='own'/>");
  w.fan_out.about_to_send(
      *xmpp::parse_stanza("<message type='groupchat' from='bot@rest.localhost' to='room@r' id='own'/>"));
  xmpp::StanzaTree offered(reflected);
  CHECK(w.fan_out.offer(offered, [] {}, {}) == xmpp::Offered::taken);
  Door committing, go_on;
  w.journal.flush([&] {
    committing.open();
    go_on.pass();
  });
  REQUIRE(committing.pass());
  size_t taken = 0;
  while (w.offer("m") == xmpp::Offered::taken) ++taken;
  REQUIRE(taken > 0);
  CHECK(followed.lines() == Ids{"in own reflection", "in m busy"});
  xmpp::StanzaTree iq(
      *xmpp::parse_stanza("<iq type='get' from='a@localhost/r' to='bot@rest.localhost' id='q'/>"));
  CHECK(w.fan_out.offer(iq, [] {}, {}) == xmpp::Offered::taken);
  CHECK(followed.lines().back() == "in q refused");
  go_on.open();
  w.journal.stop();
}
