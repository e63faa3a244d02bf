// SPDX-License-Identifier: MIT
#include "webhook/reply_route.h"

#include <new>

#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/memory_sink.h"
#include "unit/webhook/responses.h"

using namespace restanza;
using namespace restanza::webhook;

namespace {

struct Routed {
  FakeClock clock;
  Timer timer{clock};
  iq::ReplyTable replies{10, timer};
  MemorySink sink;
  CollectedLog log;
  ReplyRoute route{"rest.localhost", replies, sink, log};

  void send(const std::string& id, const std::string& to = "u@localhost") {
    route.send(stanza("<message id='" + id + "' from='bot@rest.localhost' to='" + to + "'/>"));
  }
  std::string sent_ids() const {
    std::string ids;
    for (const auto& one : sink.sent()) ids += one.id;
    return ids;
  }
  bool empty() {
    bool told = false;
    route.when_empty([&] { told = true; });
    return told;
  }
};

}  // namespace

TEST_CASE("a reply goes to the host") {
  Routed routed;
  routed.send("1");
  CHECK(routed.sent_ids() == "1");
  CHECK(routed.empty());
}

TEST_CASE("a reply to the own domain reaches who waits for it, and nobody else") {
  Routed routed;
  int answers = 0;
  iq::ReplyTable::Ticket ticket = 0;
  REQUIRE(routed.replies.park(
              {"rest.localhost", "bot@rest.localhost", "1"}, [&](iq::End, const xmpp::Stanza*) { ++answers; },
              ticket) == iq::ReplyTable::Parked::ok);
  const auto reply = stanza("<iq type='result' id='1' from='bot@rest.localhost' to='rest.localhost'/>");
  routed.route.send(reply);
  CHECK(answers == 1);
  routed.route.send(reply);
  routed.send("2", "bot@rest.localhost/r");
  CHECK(answers == 1);
  CHECK(routed.sink.sent().empty());
  CHECK(routed.empty());
}

TEST_CASE("what the host has no room for waits, and what comes behind it does not overtake it") {
  Routed routed;
  routed.sink.say(xmpp::Sent::would_block);
  routed.send("1");
  routed.send("2");
  CHECK(routed.sink.waiting() == 1);
  routed.sink.writable();
  CHECK(routed.sink.waiting() == 1);
  bool empty = false;
  routed.route.when_empty([&] { empty = true; });
  routed.sink.say(xmpp::Sent::ok);
  routed.send("3");
  CHECK(routed.sent_ids().empty());
  CHECK_FALSE(empty);
  routed.sink.writable();
  CHECK(routed.sent_ids() == "123");
  CHECK(empty);
  routed.send("4");
  CHECK(routed.sent_ids() == "1234");
}

TEST_CASE("what the host refuses is dropped with a warning, and the next goes on") {
  Routed routed;
  for (const auto verdict : {xmpp::Sent::too_big, xmpp::Sent::denied, xmpp::Sent::invalid}) {
    routed.sink.say(verdict);
    routed.send("1");
  }
  CHECK(routed.log.lines.now().size() == 3);
  CHECK(routed.empty());
  routed.sink.say(xmpp::Sent::ok);
  routed.send("2");
  CHECK(routed.sent_ids() == "2");
}

TEST_CASE("a host that forgets its retry takes what waited with it, and later replies start anew") {
  Routed routed;
  routed.sink.say(xmpp::Sent::would_block);
  routed.send("1");
  routed.send("2");
  routed.sink.drop();
  CHECK(routed.empty());
  routed.sink.say(xmpp::Sent::ok);
  routed.send("3");
  CHECK(routed.sent_ids() == "3");
}

TEST_CASE("as many replies wait as the limit says, and one more is dropped with a warning") {
  Routed routed;
  routed.sink.say(xmpp::Sent::would_block);
  for (size_t i = 0; i < ReplyRoute::kMaxWaiting; ++i) routed.send("1");
  CHECK(routed.log.lines.now().empty());
  Counter dropped;
  routed.route.count_dropped(dropped);
  routed.send("2");
  CHECK(routed.log.lines.now().size() == 1);
  CHECK(dropped.value() == 1);
  routed.sink.say(xmpp::Sent::ok);
  routed.sink.writable();
  CHECK(routed.sink.sent().size() == ReplyRoute::kMaxWaiting);
  CHECK(routed.sent_ids().find('2') == std::string::npos);
  CHECK(routed.empty());
}

TEST_CASE("replies from many threads all go out while the host stops and goes on") {
  Routed routed;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) routed.send("1");
    });
  }
  for (int i = 0; i < 50; ++i) {
    routed.sink.say(xmpp::Sent::would_block);
    routed.sink.say(xmpp::Sent::ok);
    routed.sink.writable();
  }
  for (std::thread& thread : threads) thread.join();
  routed.sink.writable();
  CHECK(routed.sink.sent().size() == 800);
  CHECK(routed.empty());
}

TEST_CASE("a reply for which memory is short stays the first, and leaves before the next") {
  struct Scarce final : xmpp::StanzaSink {
    int failures = 1;
    MemorySink sink;
    xmpp::Sent send(const xmpp::Stanza& stanza, std::function<void()> writable) override {
      if (failures-- > 0) throw std::bad_alloc();
      return sink.send(stanza, std::move(writable));
    }
  };
  Routed routed;
  Scarce scarce;
  ReplyRoute route{"rest.localhost", routed.replies, scarce, routed.log};
  int handed = 0;
  for (const char* id : {"1", "2"}) {
    route.send(stanza("<message id='" + std::string(id) + "' from='bot@rest.localhost' to='u@localhost'/>"),
               [&] { ++handed; });
  }
  REQUIRE(scarce.sink.sent().size() == 2);
  CHECK(scarce.sink.sent()[0].id == "1");
  CHECK(scarce.sink.sent()[1].id == "2");
  CHECK(handed == 2);
  REQUIRE(routed.log.lines.now().size() == 1);
  CHECK(routed.log.lines.now()[0].find("handing over an endpoint's reply went wrong") == 0);
}
