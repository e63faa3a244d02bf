// SPDX-License-Identifier: MIT
#include "hosting/hooks.h"

#include <stdexcept>

#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/lines.h"
#include "unit/server_stub/hosting/played_link.h"

using namespace restanza;
using namespace restanza::host;
using namespace std::chrono_literals;

namespace {

struct Offering {
  FakeClock clock;
  Timer timer{clock};
  Lines log;
  std::shared_ptr<PlayedLink> link = std::make_shared<PlayedLink>();
  std::shared_ptr<Hooks> hooks = std::make_shared<Hooks>(timer, log);
  std::string ends;  // "1 taken, 2 passed, "
  KeptStanzas::Id last_keep = 0;

  Offering() { hooks->bind(link); }

  Hooks::Id add(int32_t priority, std::function<int32_t(const std::string& id)> call, uint32_t kinds = 7) {
    return hooks->add(kinds, priority, [this, call](const xmpp::Stanza& stanza, bool, KeptStanzas::Id keep) {
      last_keep = keep;
      return call(stanza.id);
    });
  }
  void offer(const std::string& id, const std::string& kind = "message") {
    hooks->offer(*xmpp::parse_stanza("<" + kind + " id='" + id + "' from='a@x' to='y'/>"), false,
                 [this](const xmpp::Stanza& stanza, Offer end) {
                   ends += stanza.id + (end == Offer::taken    ? " taken, "
                                        : end == Offer::passed ? " passed, "
                                                               : " refused, ");
                 });
  }
  void pass_time(std::chrono::milliseconds by) {
    clock.advance(by);
    timer.run_due();
    link->run();
  }
};

}  // namespace

TEST_CASE("hooks are asked by priority until one takes the stanza") {
  Offering o;
  std::string asked;
  o.add(0, [&](const std::string&) { return asked += "b", XP_CONSUME; });
  o.add(10, [&](const std::string&) { return asked += "a", XP_PASS; });
  o.add(-10, [&](const std::string&) { return asked += "c", XP_CONSUME; });
  o.offer("1");
  CHECK(asked == "ab");
  CHECK(o.ends == "1 taken, ");
}

TEST_CASE("a hook sees the kinds that it asked for, and an unknown verdict counts as a pass") {
  Offering o;
  std::string asked;
  o.add(
      0, [&](const std::string& id) { return asked += id, 99; }, XP_MESSAGE);
  o.offer("1", "presence");
  o.offer("2");
  CHECK(asked == "2");
  CHECK(o.ends == "1 passed, 2 passed, ");
}

TEST_CASE("behind a busy hook stanzas keep their order, and go on from that hook when it resumes") {
  Offering o;
  int earlier = 0;
  bool busy = true;
  o.add(10, [&](const std::string&) { return ++earlier, XP_PASS; });
  const auto id = o.add(0, [&](const std::string&) { return busy ? XP_BUSY : XP_CONSUME; });
  o.offer("1");
  o.offer("2");
  CHECK(o.ends.empty());
  CHECK(earlier == 1);
  busy = false;
  o.hooks->resume(id);
  o.link->run();
  CHECK(o.ends == "1 taken, 2 taken, ");
  CHECK(earlier == 2);  // the first stanza was not offered to it again
}

TEST_CASE("a resume that comes before the busy verdict counts") {
  Offering o;
  int calls = 0;
  Hooks::Id id = 0;
  id = o.add(0, [&](const std::string&) {
    if (++calls > 1) return XP_CONSUME;
    o.hooks->resume(id);
    return XP_BUSY;
  });
  o.offer("1");
  o.link->run();
  CHECK(o.ends == "1 taken, ");
}

TEST_CASE("a hook may be busy for five seconds and no longer") {
  Offering o;
  o.add(0, [&](const std::string& id) { return id == "1" ? XP_BUSY : XP_CONSUME; });
  o.offer("1");
  o.offer("2");
  o.pass_time(4999ms);
  CHECK(o.ends.empty());
  o.pass_time(1ms);
  CHECK(o.ends == "1 refused, 2 taken, ");
}

TEST_CASE("where the link cannot be told that the time is over it is told a second later") {
  Offering o;
  Timer timer{o.clock, &o.log};  // one that goes on where its work throws
  o.hooks = std::make_shared<Hooks>(timer, o.log);
  o.hooks->bind(o.link);
  const auto pass_time = [&](std::chrono::milliseconds by) {
    o.clock.advance(by);
    timer.run_due();
    o.link->run();
  };
  o.add(0, [&](const std::string& id) { return id == "1" ? XP_BUSY : XP_CONSUME; });
  o.offer("1");
  o.offer("2");
  o.link->no_memory = true;
  pass_time(5s);
  CHECK(o.ends.empty());
  o.link->no_memory = false;
  pass_time(999ms);
  CHECK(o.ends.empty());
  pass_time(1ms);
  CHECK(o.ends == "1 refused, 2 taken, ");
}

TEST_CASE("a stanza that could not be refused is refused a second later") {
  Offering o;
  o.add(0, [&](const std::string&) { return XP_BUSY; });
  o.offer("1");
  o.clock.advance(5s);
  o.timer.run_due();
  REQUIRE(o.link->posted.size() == 1);
  o.link->posted.clear();  // as if it had thrown
  o.pass_time(1s);
  CHECK(o.ends == "1 refused, ");
}

TEST_CASE("what is thrown at the end of a stanza costs that stanza alone") {
  Offering o;
  bool busy = true;
  const auto id = o.add(0, [&](const std::string&) { return busy ? XP_BUSY : XP_CONSUME; });
  o.hooks->offer(*xmpp::parse_stanza("<message id='1' from='a@x' to='y'/>"), false,
                 [](const xmpp::Stanza&, Offer) { throw std::runtime_error("the server's own"); });
  o.offer("2");
  busy = false;
  o.hooks->resume(id);
  CHECK_THROWS_AS(o.link->run(), std::runtime_error);
  o.link->run();
  CHECK(o.ends == "2 taken, ");
}

TEST_CASE("each stanza has five seconds of its own") {
  Offering o;
  o.add(0, [&](const std::string&) { return XP_BUSY; });
  o.offer("1");
  o.offer("2");
  o.pass_time(5000ms);
  CHECK(o.ends == "1 refused, ");
  o.pass_time(4999ms);
  CHECK(o.ends == "1 refused, ");
  o.pass_time(1ms);
  CHECK(o.ends == "1 refused, 2 refused, ");
}

TEST_CASE("an iq never waits: a busy hook is passed by and named as a bug") {
  Offering o;
  o.add(0, [&](const std::string&) { return XP_BUSY; });
  o.offer("1", "iq");
  CHECK(o.ends == "1 passed, ");
  CHECK(o.log.of(Level::plugin_bug) == "a hook said it was busy for an iq; the iq goes on without it\n");
}

TEST_CASE("as many stanzas wait as the limit says, and one more is refused") {
  Offering o;
  o.add(0, [&](const std::string&) { return XP_BUSY; });
  for (size_t i = 0; i < Hooks::kMaxWaiting; ++i) o.offer("w");
  CHECK(o.ends.empty());
  o.offer("late");
  CHECK(o.ends == "late refused, ");
}

TEST_CASE("refused stanzas are counted, and the log says how many they are, once in ten seconds") {
  Offering o;
  o.add(0, [&](const std::string&) { return XP_BUSY; });
  for (size_t i = 0; i < Hooks::kMaxWaiting; ++i) o.offer("w");
  CHECK(o.hooks->refused() == 0);
  const std::string line = "as many as may wait behind a busy hook: a stanza is refused, ";
  o.offer("late");
  CHECK(o.log.of(Level::warn) == line + "1 so far\n");
  o.offer("late");
  o.clock.advance(Hooks::kSayRefused - 1ms);
  o.offer("late");
  CHECK(o.hooks->refused() == 3);
  CHECK(o.log.of(Level::warn) == line + "1 so far\n");
  o.clock.advance(1ms);
  o.offer("late");
  CHECK(o.log.of(Level::warn) == line + "1 so far\n" + line + "4 so far\n");
}

TEST_CASE("from kEnough stanzas on the link is to read no further, for five seconds in a row at the most") {
  Offering o;
  bool busy = true;
  const auto id = o.add(0, [&](const std::string&) { return busy ? XP_BUSY : XP_CONSUME; });
  const auto fill = [&] {
    for (size_t i = 1; i < Hooks::kEnough; ++i) o.offer("w");
    CHECK_FALSE(o.hooks->has_enough());
    o.offer("w");
    CHECK(o.hooks->has_enough());
  };
  fill();
  o.clock.advance(Hooks::kMaxEnough - 1ms);
  CHECK(o.hooks->has_enough());
  o.clock.advance(1ms);
  CHECK_FALSE(o.hooks->has_enough());

  SECTION("it is asked for again once most of them have gone") {
    busy = false;
    o.hooks->resume(id);
    o.link->run();
    CHECK_FALSE(o.hooks->has_enough());
    busy = true;
    fill();
  }
  SECTION("not before") {
    size_t left = Hooks::kEnough / 4;
    o.add(-10, [&](const std::string&) { return left > 0 ? (--left, XP_CONSUME) : XP_BUSY; });
    o.hooks->remove(id);
    o.link->run();
    for (size_t i = 0; i < Hooks::kEnough / 4; ++i) o.offer("w");
    CHECK_FALSE(o.hooks->has_enough());
  }
}

TEST_CASE("from kEnoughBytes of stanzas on the link is to read no further") {
  Offering o;
  o.add(0, [&](const std::string&) { return XP_BUSY; });
  const auto offer = [&](size_t size) {
    xmpp::Stanza stanza;
    stanza.kind = xmpp::Kind::message;
    stanza.xml = std::string(size, 'x');
    o.hooks->offer(std::move(stanza), false, [](const xmpp::Stanza&, Offer) {});
  };
  offer(Hooks::kEnoughBytes - 1);
  CHECK_FALSE(o.hooks->has_enough());
  offer(1);
  CHECK(o.hooks->has_enough());
}

TEST_CASE("removing a busy hook lets what waits for it go on") {
  Offering o;
  const auto id = o.add(0, [&](const std::string&) { return XP_BUSY; });
  o.offer("1");
  o.hooks->remove(id);
  o.link->run();
  CHECK(o.ends == "1 passed, ");
}

TEST_CASE("work that comes after the hooks have gone does nothing") {
  Offering o;
  o.add(0, [&](const std::string&) { return XP_BUSY; });
  o.offer("1");
  o.hooks.reset();
  o.pass_time(6s);
  CHECK(o.ends.empty());
}

TEST_CASE("a stanza that a hook keeps ends when it is settled, and holds up none behind it") {
  Offering o;
  o.hooks->let_keep();
  o.add(0, [&](const std::string& id) { return id == "1" ? XP_KEEPING : XP_CONSUME; });
  o.offer("1");
  const auto keep = o.last_keep;
  o.offer("2");
  CHECK(keep != 0);
  CHECK(o.ends == "2 taken, ");
  CHECK(o.hooks->settle(keep, XP_CONSUME) == XP_OK);
  CHECK(o.ends == "2 taken, ");  // on the link's thread, and not before
  o.link->run();
  CHECK(o.ends == "2 taken, 1 taken, ");
  CHECK(o.hooks->settle(keep, XP_CONSUME) == XP_GONE);
  CHECK(o.hooks->settle(0, XP_CONSUME) == XP_INVALID);
  CHECK(o.hooks->settle(keep + 100, XP_CONSUME) == XP_INVALID);
}

TEST_CASE("a stanza may be settled before its hook has returned") {
  Offering o;
  o.hooks->let_keep();
  o.add(0, [&](const std::string&) {
    CHECK(o.hooks->settle(o.last_keep, XP_CONSUME) == XP_OK);
    CHECK(o.hooks->settle(o.last_keep, XP_PASS) == XP_GONE);
    return XP_KEEPING;
  });
  o.offer("1");
  CHECK(o.ends == "1 taken, ");
}

TEST_CASE("what could not be kept is refused, and what is passed on goes to the next hook") {
  Offering o;
  std::string asked;
  o.hooks->let_keep();
  std::vector<KeptStanzas::Id> keeps;
  o.add(10, [&](const std::string& id) { return asked += "a" + id, XP_PASS; });
  o.add(5,
        [&](const std::string& id) { return asked += "b" + id, keeps.push_back(o.last_keep), XP_KEEPING; });
  o.add(0, [&](const std::string& id) { return asked += "c" + id, XP_CONSUME; });
  o.offer("1");
  o.offer("2");
  o.offer("3");
  REQUIRE(keeps.size() == 3);
  CHECK(o.hooks->settle(keeps[0], XP_BUSY) == XP_OK);
  CHECK(o.hooks->settle(keeps[1], XP_PASS) == XP_OK);
  CHECK(o.hooks->settle(keeps[2], 4711) == XP_OK);
  o.link->run();
  CHECK(o.ends == "1 refused, 2 taken, 3 refused, ");
  CHECK(asked == "a1b1a2b2a3b3c2");
  CHECK(o.hooks->refused() == 2);
}

TEST_CASE("a stanza is kept for thirty seconds, and then refused") {
  Offering o;
  o.hooks->let_keep();
  o.add(0, [](const std::string&) { return XP_KEEPING; });
  o.offer("1");
  const auto keep = o.last_keep;
  o.pass_time(29999ms);
  CHECK(o.ends.empty());
  o.pass_time(1s + 1ms);  // looks come a second apart
  CHECK(o.ends == "1 refused, ");
  CHECK(o.hooks->settle(keep, XP_CONSUME) == XP_GONE);
}

TEST_CASE("so many stanzas are kept, and one more may not be") {
  Offering o;
  o.hooks->let_keep();
  o.add(0, [&](const std::string&) { return o.last_keep != 0 ? XP_KEEPING : XP_CONSUME; });
  for (size_t i = 0; i < KeptStanzas::kMax; ++i) o.offer("k");
  CHECK(o.ends.empty());
  o.offer("late");
  CHECK(o.ends == "late taken, ");
  CHECK(o.hooks->give_up_kept() == KeptStanzas::kMax);
  CHECK(o.hooks->give_up_kept() == 0);
}

TEST_CASE("where nobody lets a hook keep, keeping counts as a pass") {
  Offering o;
  o.add(0, [](const std::string&) { return XP_KEEPING; });
  o.offer("1");
  CHECK(o.last_keep == 0);
  CHECK(o.ends == "1 passed, ");
}
