// SPDX-License-Identifier: MIT
// What waits for a consumer on disk, as far as the journal has told: up to where the consumer has it, how
// much waits behind, how much was missed, and the latest of it in memory as well. It asks the journal nothing
// itself. One thread at a time.
#pragma once

#include <optional>
#include <vector>

#include "feed/cursor.h"
#include "feed/tail.h"
#include "journal/record.h"

namespace restanza::feed {

class Backlog {
 public:
  void open(journal::Consumer known, size_t waiting);
  // The journal was opened anew. Where it does not know the consumer any more, nothing waits, and no cursor
  // of before is a place.
  void reopen(journal::Consumer known);

  const journal::Consumer& known() const { return known_; }
  size_t waiting() const { return waiting_; }
  // `ours`: whoever numbers what comes for it tells it here; else there may be more than is known.
  bool has(const Cursor& place, bool ours = true) const;

  // Another process may have numbered it, and changed how much waits: what is known here does not go back.
  void refresh(const journal::Consumer& known, size_t waiting);
  void pass(journal::Seq seq);  // it was read from the disk

  // It has come; its text is to be read from the disk, or is in memory as well. False: that was known.
  bool add(journal::Seq seq);
  bool add(Kept one);

  // What waits behind this place; absent: not all of it is in memory.
  std::optional<std::vector<Kept>> in_memory(journal::Seq after) const;
  void forget_memory() { tail_.clear(known_.latest); }

  // Whether the journal does not know yet that all up to there is acknowledged.
  bool is_news(const Cursor& acknowledged) const;
  void acknowledge(const Cursor& cursor, size_t removed);
  void give_up(size_t count);
  void withdraw(journal::Seq seq);

 private:
  journal::Consumer known_;
  size_t waiting_ = 0;
  Tail tail_;
};

}  // namespace restanza::feed
