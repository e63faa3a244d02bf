// SPDX-License-Identifier: MIT
// The exchanges that await a completion, by handle. A slot is used again after the completion only, under a
// new generation, so that a handle that was completed before is recognized and never followed.
//
// Threads: any. Ownership: shares each exchange until it is taken.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "http_front/exchange.h"

namespace restanza::host {

class ExchangeTable {
 public:
  explicit ExchangeTable(size_t limit) : limit_(limit) {}

  std::optional<ExchangeId> add(std::shared_ptr<Exchange> exchange);  // absent: the table is full
  std::shared_ptr<Exchange> find(ExchangeId id) const;                // null: the handle names none
  std::shared_ptr<Exchange> take(ExchangeId id);                      // the same, and it leaves the table
  void clear();
  size_t size() const;

 private:
  struct Slot {
    uint32_t generation = 1;
    std::shared_ptr<Exchange> exchange;
  };

  const Slot* slot(ExchangeId id) const;

  const size_t limit_;
  mutable std::mutex mutex_;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
};

}  // namespace restanza::host
