// SPDX-License-Identifier: MIT
// A journal with its thread, as tests use it. One thread; what it waits for may happen on any.
#pragma once

#include "stores.h"
#include "world.h"

namespace restanza::journal {

using TakenEvent = std::shared_ptr<Event<Result<std::vector<Delivery>>>>;
// Keeps the journal's thread busy with a group until it is opened, so that what is asked for meanwhile
// comes in one group.
class Obstacle {
 public:
  explicit Obstacle(Journal& journal) {
    auto passed = passed_;
    auto reached = reached_;
    journal.flush([passed, reached] {
      reached->set_value();
      passed->get_future().wait();
    });
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
      : journal({directory, max_bytes}, store_on_disk(), clock, log) {
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

  // What the journal answers; `ask` hands it what is to be called with the answer.
  template <class T, class Ask>
  std::shared_ptr<Event<Result<T>>> asked(Ask ask) {
    auto event = std::make_shared<Event<Result<T>>>();
    ask([event](Result<T> answer) { event->happen(std::move(answer)); });
    return event;
  }
  template <class T, class Ask>
  T answer(Ask ask) {
    auto answer = asked<T>(ask)->wait();
    INFO((answer ? "" : answer.error().text));
    REQUIRE(answer);
    return *answer;
  }
  std::vector<Delivery> listed(const Filter& filter = {}) {
    return answer<std::vector<Delivery>>([&](auto then) { journal.list(filter, 0, 1000000, then); });
  }
  std::vector<EndpointStop> stopped() {
    return answer<std::vector<EndpointStop>>([&](auto then) { journal.stops(then); });
  }
  // A command that changes nothing, for there is no such key.
  std::shared_ptr<Event<Result<void>>> command() {
    return asked<void>([&](auto then) { journal.forget_key("no such key", then); });
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
