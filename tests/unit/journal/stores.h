// SPDX-License-Identifier: MIT
// The stores there are. A new one is one more row here, and all tests of store_test.cpp and
// store_keys_test.cpp run for it. Any thread.
#pragma once

#include <vector>

#include "journal/stores/stores.h"

namespace restanza::journal {

struct StoreRow {
  const char* name;
  const StoreKind& kind;
  bool in_memory;  // forgets when it is closed
};

inline const std::vector<StoreRow>& store_rows() {
  static const std::vector<StoreRow> rows = {
      {"SQLite in a file", kind_of({}), false},
      {"SQLite in memory", kind_of({}), true},
  };
  return rows;
}

// For tests of the journal itself, which asks any store in the same way: one that keeps what it has.
inline OpenStore store_on_disk() {
  return store_rows().front().kind.open;
}

}  // namespace restanza::journal
