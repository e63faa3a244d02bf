// SPDX-License-Identifier: MIT
// One who asks for its stanzas.
#include "feed/consumer.h"

#include "support/directory.h"
#include "unit/feed/world.h"

using namespace restanza;
using namespace restanza::feed;
using namespace std::chrono_literals;

namespace {

struct Reading : Reader {
  void news() override { heard.add("news"); }
  void superseded() override { heard.add("superseded"); }
  void ending() override { heard.add("ending"); }
  Collected<std::string> heard;
};

}  // namespace

TEST_CASE("what came is read again until it is acknowledged, the same each time, and then no more") {
  World w;
  for (const char* id : {"1", "2", "3"}) w.message(id);
  const auto first = w.read(), again = w.read();
  CHECK(ids(first) == "1 2 3");
  CHECK(ids(again) == "1 2 3");
  CHECK(first.next == again.next);
  CHECK(first.next == first.updates[2].cursor);
  for (size_t i = 0; i < 3; ++i) {
    CHECK(first.updates[i].id == again.updates[i].id);
    CHECK(first.updates[i].cursor == again.updates[i].cursor);
  }
  w.acknowledge(first.updates[1].cursor);
  CHECK(ids(w.read()) == "3");
  CHECK(w.bot->waiting() == 1);
  CHECK(ids(w.read(first.updates[2].cursor)).empty());
  w.message("4");
  CHECK(ids(w.read(first.updates[2].cursor)) == "4");
  CHECK(ids(w.read()) == "3 4");
}

TEST_CASE("an empty page has the place that it was asked for") {
  World w;
  const auto empty = w.read();
  CHECK(empty.updates.empty());
  w.message("1");
  CHECK(ids(w.read(empty.next)) == "1");
}

TEST_CASE("a place that is not of this journal, that is passed or that has not come is none") {
  World w;
  World other;
  for (const char* id : {"1", "2"}) w.message(id);
  const auto page = w.read();
  CHECK(w.bot->place(page.next));
  CHECK_FALSE(w.bot->place("1"));
  CHECK_FALSE(w.bot->place(other.read().next));
  Cursor later = *w.bot->place(page.next);
  ++later.seq;
  CHECK_FALSE(w.bot->place(text_of(later)));
  w.acknowledge(page.next);
  CHECK(w.bot->place(page.next));
  CHECK_FALSE(w.bot->place(page.updates[0].cursor));
  CHECK(text_of(w.bot->acknowledged()) == page.next);
}

TEST_CASE("what was not acknowledged comes again after a restart, under the same cursors and ids") {
  const Directory directory;
  Page before;
  {
    World w({}, directory.path());
    w.message("1");
    w.message("2");
    w.presence("p");
    before = w.read();
    CHECK(ids(before) == "1 2 (p)");
    w.acknowledge(before.updates[0].cursor);
  }
  World w({}, directory.path());
  CHECK(w.bot->waiting() == 1);
  const auto after = w.read();
  CHECK(ids(after) == "2");  // presence is nothing to be told late
  CHECK(after.updates[0].cursor == before.updates[1].cursor);
  CHECK(after.updates[0].id == before.updates[1].id);
  w.message("3");
  w.presence("q");
  CHECK(ids(w.read(before.next)) == "3 (q)");
}

TEST_CASE("presence and iqs stand where they came among the messages, and go with what is acknowledged") {
  World w;
  w.presence("p1", "a@localhost");
  w.message("1");
  w.iq("q1");
  w.presence("p2", "b@localhost");
  w.message("2");
  w.presence("p3", "a@localhost");
  const auto all = w.read();
  CHECK(ids(all) == "1 (q1) (p2) 2 (p3)");
  CHECK(all.updates[1].until == w.clock.now() + Consumer::kIqTime);
  for (size_t i = 0; i < all.updates.size(); ++i) {
    CAPTURE(i);
    const auto rest = w.read(all.updates[i].cursor);
    CHECK(rest.updates.size() == all.updates.size() - 1 - i);
    CHECK(ids(w.read(w.bot->acknowledged(), i + 1)) ==
          ids(all).substr(0, ids(w.read(w.bot->acknowledged(), i + 1)).size()));
    CHECK(w.read(w.bot->acknowledged(), i + 1).next == all.updates[i].cursor);
  }
  w.acknowledge(all.updates[1].cursor);
  CHECK(ids(w.read()) == "(p2) 2 (p3)");
  w.acknowledge(all.updates[4].cursor);
  CHECK(w.bot->waiting() == 0);
}

TEST_CASE("pages of any size give everything once, in order") {
  World w;
  std::string expected;
  for (int i = 0; i < 30; ++i) {
    const std::string number = std::to_string(i);
    if (i % 3 == 0) {
      w.presence(number, "u" + number + "@localhost");
    } else {
      w.message(number, std::string(static_cast<size_t>(i) * 40, 'x'));
    }
    expected += (i == 0 ? "" : " ") + (i % 3 == 0 ? "(" + number + ")" : number);
  }
  const size_t limit = GENERATE(1, 2, 3, 7, 1000);
  const size_t bytes = GENERATE(0, 300, 1500, 1000000);
  std::string got;
  Cursor at = w.bot->acknowledged();
  for (;;) {
    const auto page = w.read(at, limit, bytes);
    if (page.updates.empty()) break;
    got += (got.empty() ? "" : " ") + ids(page);
    at = *w.bot->place(page.next);
  }
  CHECK(got == expected);
}

TEST_CASE("of what passes max_queued the oldest is given up, and a reader is told how many until it knows") {
  ConsumerSettings settings;
  settings.max_queued = 2;
  World w(settings);
  for (const char* id : {"1", "2"}) w.message(id);
  CHECK(w.read().missed == 0);
  w.message("3");
  w.settle();
  w.settle();
  const auto page = w.read();
  CHECK(ids(page) == "2 3");
  CHECK(page.missed == 1);
  CHECK(w.read(page.updates[0].cursor).missed == 0);  // this cursor came with the number
  CHECK(w.read().missed == 1);
  w.acknowledge(page.updates[0].cursor);
  CHECK(w.read().missed == 0);
  journal::Filter dead;
  dead.state = journal::State::dead;
  Collected<std::string> errors;
  w.journal.list(dead, 0, kAll, [&](const auto& found) {
    for (const auto& one : *found) errors.add(one.endpoint + ": " + one.last_error);
  });
  CHECK(errors.wait(1) ==
        std::vector<std::string>{"updates/default: more waited than the consumer's max_queued"});
}

TEST_CASE("what is older than max_age is given up when it is tended") {
  ConsumerSettings settings;
  settings.max_age = 60s;
  World w(settings);
  w.message("1");
  w.settle();
  w.clock.advance(40s);
  w.message("2");
  w.settle();
  w.clock.advance(21s);
  w.bot->tend();
  w.settle();
  const auto page = w.read();
  CHECK(ids(page) == "2");
  CHECK(page.missed == 1);
  CHECK(w.bot->waiting() == 1);
}

TEST_CASE("an iq is answered by whoever reads, or its sender is told in time that nobody did") {
  World w;
  w.iq("1");
  w.iq("2");
  const auto page = w.read();
  CHECK(ids(page) == "(1) (2)");
  w.acknowledge(page.next);
  w.bot->about_to_send(
      *xmpp::parse_stanza("<iq type='result' from='bot@rest.localhost' to='a@localhost/r' id='1'/>"));
  CHECK(w.replies.now().empty());
  w.clock.advance(Consumer::kIqTime);
  w.timer.run_due();
  const auto replies = w.replies.wait(1);
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].id == "2");
  CHECK(replies[0].xml.find("remote-server-timeout") != std::string::npos);
}

TEST_CASE("an iq whose time is up, or that is answered, is not read any more") {
  World w;
  w.iq("1");
  w.iq("2");
  w.settle();
  w.bot->about_to_send(
      *xmpp::parse_stanza("<iq type='error' from='bot@rest.localhost' to='a@localhost/r' id='1'/>"));
  CHECK(ids(w.read()) == "(2)");
  w.clock.advance(Consumer::kIqTime);
  w.timer.run_due();
  CHECK(w.read().updates.empty());
}

TEST_CASE("iqs that wait when the program ends are answered with an error") {
  World w;
  w.iq("1");
  w.settle();
  w.bot->stop();
  REQUIRE(w.replies.wait(1).size() == 1);
  CHECK(w.replies.now()[0].xml.find("recipient-unavailable") != std::string::npos);
  w.iq("2");
  CHECK(w.replies.wait(2)[1].xml.find("resource-constraint") != std::string::npos);
}

TEST_CASE("who reads hears of news, until somebody else reads") {
  World w;
  const auto first = std::make_shared<Reading>(), second = std::make_shared<Reading>();
  w.bot->attend(first);
  w.message("1");
  CHECK(first->heard.wait(1) == std::vector<std::string>{"news"});
  w.bot->attend(second);
  CHECK(first->heard.wait(2).back() == "superseded");
  w.presence("p");
  CHECK(second->heard.wait(1) == std::vector<std::string>{"news"});
  w.bot->leave(*first);  // it does not read
  w.message("2");
  CHECK(second->heard.wait(2).size() == 2);
  w.bot->leave(*second);
  w.message("3");
  w.settle();
  CHECK(second->heard.now().size() == 2);
  CHECK(first->heard.now().size() == 2);
}

TEST_CASE("a dead letter that comes back stands behind what came since") {
  ConsumerSettings settings;
  settings.max_queued = 1;
  World w(settings);
  w.message("1");
  w.message("2");
  w.settle();
  w.settle();
  const auto page = w.read();
  REQUIRE(ids(page) == "2");
  w.acknowledge(page.next);
  Collected<journal::Delivery> revived;
  w.journal.revive(journal::Filter(), kAll, [&](const auto& found) {
    for (const auto& one : *found) {
      w.bot->requeue(one);
      revived.add(one);
    }
  });
  REQUIRE(revived.wait(1).size() == 1);
  CHECK(ids(w.read()) == "1");
  CHECK(w.bot->waiting() == 1);
  w.bot->withdraw(revived.now()[0]);
  CHECK(w.bot->waiting() == 0);
}
