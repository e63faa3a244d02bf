// SPDX-License-Identifier: MIT
// A consumer with a journal and a clock that the test moves. One thread; what it waits for happens on others.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "feed/consumer.h"
#include "journal/answer_of.h"
#include "journal/sqlite/store.h"
#include "support/catch.h"
#include "support/collected.h"
#include "support/fake_clock.h"

namespace restanza::feed {

using namespace test;

inline constexpr size_t kAll = 1000;
inline constexpr size_t kRoom = 1u << 20;

struct World {
  FakeClock clock;
  CollectedLog log;
  Metrics metrics;
  Timer timer{clock};
  Collected<xmpp::Stanza> replies;
  journal::Journal journal;
  const subscription::FanOut::Reply reply = [this](xmpp::Stanza one, const std::function<void()>& handed) {
    replies.add(std::move(one));
    handed();
  };
  subscription::FanOut fan_out{journal, reply, log, metrics};
  std::shared_ptr<Consumer> bot;

  explicit World(ConsumerSettings settings = {}, const std::string& directory = {})
      : journal({directory}, journal::SqliteStore::open, clock, log) {
    REQUIRE(journal.open());
    settings.domain = "rest.localhost";
    bot = std::make_shared<Consumer>(
        settings, ConsumerDependencies{journal, reply, fan_out.rooms(), timer, clock, log, metrics});
    auto known = journal::answer_of<journal::Consumer>(
        [this](auto then) { journal.open_consumer(bot->name(), std::move(then)); });
    REQUIRE(known);
    const auto counts = journal::answer_of<std::vector<journal::Count>>(
        [this](auto then) { journal.count(std::move(then)); });
    REQUIRE(counts);
    bot->open(std::move(*known), counts->empty() ? 0 : counts->front().waiting);
    fan_out.publish(fan_out.prepare(
        "updates", {std::make_shared<const subscription::FanOut::Member>(bot, settings, settings.reply)}));
  }
  ~World() {
    bot->stop();
    journal.stop();
  }

  void offer(const std::string& xml) {
    xmpp::StanzaTree stanza(*xmpp::parse_stanza(xml));
    REQUIRE(fan_out.offer(stanza, [] {}, {}) == xmpp::Offered::taken);
  }
  void message(const std::string& id, const std::string& body = "x") {
    offer("<message type='chat' from='a@localhost/r' to='bot@rest.localhost' id='" + id + "'><body>" + body +
          "</body></message>");
  }
  void presence(const std::string& id, const std::string& from = "a@localhost/r") {
    offer("<presence from='" + from + "' to='bot@rest.localhost' id='" + id + "'/>");
  }
  void iq(const std::string& id) {
    offer("<iq type='get' from='a@localhost/r' to='bot@rest.localhost' id='" + id +
          "'><query xmlns='urn:example:q'/></iq>");
  }
  void settle() {  // what was asked for is written, and told
    Door done;
    journal.flush([&] { done.open(); });
    REQUIRE(done.pass());
  }
  Page read(const Cursor& after, size_t limit = kAll, size_t bytes = kRoom) {
    settle();
    auto page = bot->read(after, limit, bytes);
    INFO((page ? "" : page.error().text));
    REQUIRE(page);
    return std::move(*page);
  }
  Page read(const std::string& after, size_t limit = kAll, size_t bytes = kRoom) {
    const auto place = bot->place(after);
    REQUIRE(place);
    return read(*place, limit, bytes);
  }
  Page read() { return read(bot->acknowledged()); }
  void acknowledge(const std::string& cursor) {
    const auto place = bot->place(cursor);
    REQUIRE(place);
    Collected<bool> done;
    bot->acknowledge(*place, [&](const Result<void>& result) { done.add(static_cast<bool>(result)); });
    CHECK(done.wait(1) == std::vector<bool>{true});
    settle();
  }
};

// The ids of the stanzas, those that are in memory alone in parentheses.
inline std::string ids(const Page& page) {
  std::string all;
  for (const auto& update : page.updates) {
    const std::string& id = update.stanza->id;
    all += (all.empty() ? "" : " ") + (update.kept ? id : "(" + id + ")");
  }
  return all;
}

}  // namespace restanza::feed
