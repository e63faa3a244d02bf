// SPDX-License-Identifier: MIT
// A store as a test sees it through the interface; a test that has one runs once for each row of stores.h.
// One thread.
#pragma once

#include <type_traits>

#include "stores.h"
#include "world.h"

namespace restanza::journal {

class AnyStore {
 public:
  explicit AnyStore(uint64_t max_bytes = uint64_t{1} << 30) : place_(row_.place(directory_.path)) {
    place_.max_bytes = max_bytes;
    const auto made = kind().migrate(place_);
    INFO((made ? row_.name : made.error().text));
    REQUIRE(made);
    open();
  }

  bool in_memory() const { return row_.in_memory; }
  const StoreKind& kind() const { return kind_of(place_); }
  WallTime now() const { return clock.wall(); }
  void open() {
    store.reset();
    auto opened = kind().open(place_, clock);
    INFO((opened ? row_.name : opened.error().text));
    REQUIRE(opened);
    CHECK(opened->set_aside.empty());
    store = std::move(opened->store);
  }

  // Of a store that outlasts its process.
  std::string report() const {
    const auto told = kind().report(place_, clock);
    INFO(row_.name);
    REQUIRE(told);
    return *told;
  }

  void write(const std::vector<Write>& writes) {
    const auto written = store->write(writes);
    INFO((written ? row_.name : written.error().text));
    REQUIRE(written);
  }
  void apply(const Change& change) { write({&change}); }
  // A read, or a command in a transaction of its own.
  template <class Request>
  typename Request::Answer ask(Request request) {
    Result<Answer> answer = Answer();
    if constexpr (std::is_constructible_v<Read, Request>) {
      answer = store->read(request);
    } else {
      const Command command = std::move(request);
      write({Alone{command, answer}});
    }
    INFO((answer ? row_.name : answer.error().text));
    REQUIRE(answer);
    return std::get<typename Request::Answer>(std::move(*answer));
  }

  Delivery add(const std::string& body, const std::string& endpoint = "default") {
    return add_all(body, {endpoint}).front();
  }
  std::vector<Delivery> add_all(const std::string& body, const std::vector<std::string>& endpoints) {
    std::vector<Delivery> deliveries;
    for (const auto& endpoint : endpoints) deliveries.push_back(accepted(body, endpoint));
    const xmpp::Stanza stanza = message(body);
    write({Insert{stanza, deliveries}});
    return deliveries;
  }
  Delivery accepted(const std::string& body, const std::string& endpoint) const {
    Delivery delivery;
    delivery.id = "msg_" + body + "_" + endpoint;
    delivery.endpoint = endpoint;
    delivery.accepted = delivery.changed = now();
    return delivery;
  }
  Delivery& kill(Delivery& delivery) {
    delivery.state = State::dead;
    delivery.changed = now();
    apply(noted_of(delivery));
    return delivery;
  }
  std::string listed(const Filter& filter = {}) { return ids(ask(List{filter, 0, 1000000})); }

  FakeClock clock;
  std::unique_ptr<Store> store;

 private:
  const StoreRow& row_ = store_rows()[GENERATE(range(size_t{0}, store_rows().size()))];
  const Directory directory_;
  StorePlace place_;
};

}  // namespace restanza::journal
