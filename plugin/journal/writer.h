// SPDX-License-Identifier: MIT
// Writes groups, and decides what becomes of one that cannot be written: new stanzas are refused, changes are
// kept and tried again, commands are tried apart. Reads are not its business. Says in the log when that
// begins and when it is over. The journal's thread only. Owns what it could not write yet. Internal to this
// folder.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "journal/group.h"
#include "journal/heap.h"
#include "journal/store.h"

namespace restanza::journal {

class Writer {
 public:
  Writer(Store& store, uint64_t max_bytes, std::chrono::milliseconds retry, const Clock& clock, Log& log)
      : store_(store), max_bytes_(max_bytes), retry_(retry), clock_(clock), log_(log) {}

  // Fills in what became of each member; the caller then tells them. An empty group is for what is owed.
  void write(Group& group);

  // Whether changes wait to be written, and from when it is worth an attempt (by the steady clock of the
  // system, since it is for a wait).
  bool owes() const { return !owed_.empty(); }
  Instant retry_at() const { return retry_at_; }

  // The last attempt; what cannot be written is said in the log.
  void finish();

 private:
  void prepare(Group& group);
  Result<void> write_together(Group& group) const;
  Result<void> write_owed() const;
  void write_apart(Group& group, bool may_retry);
  void note_full();
  void note(bool new_work_fails, bool changes_fail);

  Store& store_;
  const uint64_t max_bytes_;
  const std::chrono::milliseconds retry_;
  const Clock& clock_;
  Log& log_;

  Heap owed_;
  Instant retry_at_;
  Error failure_;  // the latest
  bool new_work_fails_ = false;
  bool changes_fail_ = false;
  std::optional<Instant> full_said_;
};

}  // namespace restanza::journal
