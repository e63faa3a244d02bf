// SPDX-License-Identifier: MIT
// Writes groups, and decides what becomes of one that cannot be written: new stanzas are refused, changes are
// kept and tried again, commands are tried one by one. It carries out no reads. The log says when writing
// begins to fail and when it works again. The journal's thread only. Owns the changes that it could not write
// yet. Internal to this folder.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "journal/dates.h"
#include "journal/group.h"
#include "journal/pending_changes.h"
#include "journal/store.h"

namespace restanza::journal {

class Writer {
 public:
  // `mend` is called where the store could not write; true: it is there anew, so another attempt is worth it.
  Writer(Store& store, uint64_t max_bytes, std::chrono::milliseconds retry, std::function<bool()> mend,
         const Clock& clock, Log& log)
      : store_(store),
        max_bytes_(max_bytes),
        retry_(retry),
        mend_(std::move(mend)),
        clock_(clock),
        log_(log),
        dates_(clock, log) {}

  // Fills in what became of each member; the caller then tells them. An empty group writes only the changes
  // that wait. True: something went to the store.
  bool write(Group& group);

  // Of the latest group nobody saw the commit's end (Error::Kind::unsettled): it is as it was, and the caller
  // keeps it until the store knows (`outcome`). Then either it was carried out; or it is brought back, to be
  // written again. Others are refused meanwhile.
  bool unsettled() const { return unsettled_.has_value(); }
  void carried_out();
  void bring_back(Group& group);
  void refuse(Group& group);

  // Whether stanzas of the latest group were refused because the store was full.
  bool was_full() const { return full_; }

  // Whether changes wait to be written, and from when it is worth an attempt (by the steady clock of the
  // system, since it is for a wait).
  bool has_pending() const { return !pending_.empty(); }
  Instant retry_at() const { return retry_at_; }
  void retry_now() { retry_at_ = {}; }

  // The last attempt; what cannot be written is said in the log.
  void finish();

 private:
  void prepare(Group& group);
  void date(Group& group);
  Result<void> write_together(Group& group) const;
  Result<void> write_pending() const;
  void write_apart(Group& group, bool may_retry);
  void note_full();
  void note(bool new_work_fails, bool changes_fail);

  Store& store_;
  const uint64_t max_bytes_;
  const std::chrono::milliseconds retry_;
  const std::function<bool()> mend_;
  const Clock& clock_;
  Log& log_;

  Dates dates_;
  PendingChanges pending_;
  std::optional<PendingChanges> unsettled_;  // what was written along with the group
  Instant retry_at_;
  Error failure_;  // the latest
  bool new_work_fails_ = false;
  bool changes_fail_ = false;
  bool full_ = false;
  std::optional<Instant> full_said_;
};

}  // namespace restanza::journal
