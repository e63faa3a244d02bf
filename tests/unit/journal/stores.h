// SPDX-License-Identifier: MIT
// The stores there are. A new one is one more row here, and all tests of store_test.cpp and
// store_keys_test.cpp run for it. A server of PostgreSQL is there for the whole program, which
// tests/live/support/servers/with_postgres.py starts. Any thread.
#pragma once

#include <atomic>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/random.h"
#include "journal/stores/stores.h"

namespace restanza::journal {

struct StoreRow {
  const char* name;
  StorePlace (*place)(const std::string& directory);  // of its own, for one test
  bool in_memory = false;                             // forgets when it is closed
  bool on_server = false;
};

inline std::string test_server() {
  const char* const found = std::getenv("RESTANZA_TEST_POSTGRES");
  return found ? found : "";
}

// A queue of its own on the server.
inline StorePlace new_queue() {
  static std::atomic<int> number{0};
  static const std::string program = random_id();
  return {{}, test_server(), program + "-" + std::to_string(++number)};
}

inline const std::vector<StoreRow>& store_rows() {
  static const std::vector<StoreRow> rows = {
      {"SQLite in a file", [](const std::string& directory) { return StorePlace{directory}; }},
      {"SQLite in memory", [](const std::string&) { return StorePlace(); }, true},
      {"PostgreSQL", [](const std::string&) { return new_queue(); }, false, true},
  };
  return rows;
}

// For tests of the journal itself, which asks any store in the same way: one that keeps what it has.
inline OpenStore store_on_disk() {
  return kind_of({}).open;
}

}  // namespace restanza::journal
