// SPDX-License-Identifier: MIT
// A store in SQLite that a test looks into through its tables. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "journal/sqlite/database.h"
#include "journal/sqlite/deliveries.h"
#include "journal/sqlite/store.h"
#include "unit/journal/world.h"

namespace restanza::journal {

struct Opened {
  explicit Opened(const std::string& directory, uint64_t max_bytes = uint64_t{1} << 30) {
    auto opened = SqliteStore::open({directory, {}, {}, max_bytes}, clock);
    INFO((opened ? "" : opened.error().text));
    REQUIRE(opened);
    store.reset(dynamic_cast<SqliteStore*>(opened->store.release()));
    set_aside = opened->set_aside;
  }

  template <class Work>
  void write(Work work) {
    const auto written = store->write([&](Database& db) -> Result<void> {
      work(db);
      return {};
    });
    INFO((written ? "" : written.error().text));
    REQUIRE(written);
  }
  Delivery add(const std::string& body, const std::string& endpoint = "default") {
    return add_all(body, {endpoint}).front();
  }
  std::vector<Delivery> add_all(const std::string& body, const std::vector<std::string>& endpoints) {
    std::vector<Delivery> deliveries;
    for (const auto& endpoint : endpoints) {
      Delivery delivery;
      delivery.id = "msg_" + body + "_" + endpoint;
      delivery.endpoint = endpoint;
      delivery.accepted = delivery.changed = clock.wall();
      deliveries.push_back(delivery);
    }
    write([&](Database& db) { REQUIRE(insert(db, message(body), deliveries)); });
    return deliveries;
  }
  int64_t number(const std::string& sql) {
    int64_t number = -1;
    write([&](Database& db) {
      const auto found = db.number(sql);
      REQUIRE(found);
      number = *found;
    });
    return number;
  }
  std::vector<Delivery> listed(const Filter& filter = {}) {
    std::vector<Delivery> all;
    write([&](Database& db) {
      auto found = list(db, filter, 0, 1000000);
      REQUIRE(found);
      all = std::move(*found);
    });
    return all;
  }

  FakeClock clock;
  std::unique_ptr<SqliteStore> store;
  std::string set_aside;
};

}  // namespace restanza::journal
