// SPDX-License-Identifier: MIT
// A journal with its thread, as tests use it. One thread; what it waits for may happen on any.
#pragma once

#include "world.h"

namespace restanza::journal {

using TakenEvent = std::shared_ptr<Event<Result<std::vector<Delivery>>>>;
using RunEvent = std::shared_ptr<Event<Result<void>>>;

// Keeps the journal's thread busy inside a group until it is opened, so that what is asked for meanwhile
// comes in one group.
class Obstacle {
 public:
  explicit Obstacle(Journal& journal) {
    auto passed = passed_;
    auto reached = reached_;
    journal.run(
        [passed, reached](Database&) -> Result<void> {
          reached->set_value();
          passed->get_future().wait();
          return {};
        },
        [](Result<void>) {});
    REQUIRE(reached->get_future().wait_for(kPatience) == std::future_status::ready);
  }
  ~Obstacle() { open(); }
  Obstacle(const Obstacle&) = delete;
  Obstacle& operator=(const Obstacle&) = delete;

  void open() {
    if (!open_) passed_->set_value();
    open_ = true;
  }

 private:
  std::shared_ptr<std::promise<void>> passed_ = std::make_shared<std::promise<void>>();
  std::shared_ptr<std::promise<void>> reached_ = std::make_shared<std::promise<void>>();
  bool open_ = false;
};

class Running {
 public:
  explicit Running(const std::string& directory, uint64_t max_bytes = uint64_t{1} << 30)
      : journal({directory, max_bytes}, clock, log) {
    const auto opened = journal.open();
    INFO((opened ? "" : opened.error().text));
    REQUIRE(opened);
  }

  TakenEvent offer(Entry entry) {
    auto event = std::make_shared<Event<Result<std::vector<Delivery>>>>();
    REQUIRE(journal.take(std::move(entry), [event](Entry, auto taken) { event->happen(std::move(taken)); }));
    return event;
  }
  std::vector<Delivery> take(Entry entry) {
    auto taken = offer(std::move(entry))->wait();
    INFO((taken ? "" : taken.error().text));
    REQUIRE(taken);
    return *taken;
  }
  std::string refusal(Entry entry) {
    const auto taken = offer(std::move(entry))->wait();
    return taken ? "taken" : taken.error().text;
  }

  RunEvent ask(Work work) {
    auto event = std::make_shared<Event<Result<void>>>();
    journal.run(std::move(work), [event](Result<void> done) { event->happen(std::move(done)); });
    return event;
  }
  Result<void> run(Work work) { return ask(std::move(work))->wait(); }

  std::vector<Delivery> listed(const Filter& filter = {}) {
    auto all = std::make_shared<std::vector<Delivery>>();
    const auto done = run([all, filter](Database& db) -> Result<void> {
      auto found = list(db, filter, 0, 1000000);
      if (!found) return found.error();
      *all = std::move(*found);
      return {};
    });
    INFO((done ? "" : done.error().text));
    REQUIRE(done);
    return *all;
  }

  int64_t number(const std::string& sql) {
    auto number = std::make_shared<int64_t>(-1);
    const auto done = run([number, sql](Database& db) -> Result<void> {
      auto found = db.number(sql);
      if (!found) return found.error();
      *number = *found;
      return {};
    });
    REQUIRE(done);
    return *number;
  }

  FakeClock clock;
  Lines log;
  Journal journal;
};

inline std::string xml_of(const Result<std::optional<xmpp::Stanza>>& loaded) {
  if (!loaded) return "error: " + loaded.error().text;
  return *loaded ? (*loaded)->xml : "none";
}

// The ids of the stanzas, which the tests choose.
inline std::string bodies(Running& running) {
  std::string all;
  for (const auto& delivery : running.listed()) {
    const auto stanza = running.journal.load(delivery.seq);
    REQUIRE((stanza && *stanza));
    all += (all.empty() ? "" : " ") + (*stanza)->id;
  }
  return all;
}

}  // namespace restanza::journal
