// SPDX-License-Identifier: MIT
// What was asked of the journal and waits for its thread, in the order of asking; and when it is time to
// write it. What is taken is written at once where the disk had nothing to do, and otherwise gathers for
// kGather, or until it is kEnough, so that one commit serves many. What has been settled (a delivery that
// left, the account of an attempt) waits for nobody and nobody waits for it: it goes along with what is
// written anyway, in a commit of its own only after kSettle; and while more is taken than one commit holds,
// that goes first. Any thread puts something in; `next`, `written` and `give_back` are the journal's.
// Internal to this folder, but for the limits.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "journal/group.h"

namespace restanza::journal {

class Intake {
 public:
  static constexpr const char* kClosed = "the journal is closed";
  static constexpr size_t kMaxTakes = 10000;      // those at work count until `give_back`
  static constexpr size_t kMaxBytes = 16u << 20;  // of their stanzas together
  static constexpr size_t kMaxWork = 10000;       // reads, commands, flushes; likewise
  static constexpr size_t kMaxGroup = 4000;       // writes in one commit, without what has been settled
  static constexpr size_t kMaxSettled = 4000;     // then it waits no longer
  static constexpr size_t kEnough = 32;           // they need not gather longer
  static constexpr std::chrono::milliseconds kGather{1};
  static constexpr std::chrono::milliseconds kSettle{100};
  static constexpr std::chrono::milliseconds kSettleLate{1000};  // while more is taken than a commit holds

  // `gathers`: there is a disk to spare.
  explicit Intake(bool gathers) : gather_(gathers ? kGather : std::chrono::milliseconds(0)) {}

  void open();
  // Takes nothing any more. What waited for room is dropped: it is for the caller to free, without a lock.
  std::vector<std::function<void()>> close();

  // False: it is full or closed, and the entry is untouched; `room`, if given, is kept for `give_back`.
  bool take(Entry&& entry, Taken&& then, const std::function<void()>& room);
  Result<void> put(Item&& item);  // what somebody waits for, and what is neither `take` nor `settle`
  void settle(Change&& change);   // Removed and Noted; dropped where it is closed

  // Waits until it is time, and fills an empty group, which stays empty where `until` has come, or where all
  // is over. Nothing has changed where this throws.
  void next(Group& group, Instant until);
  void written() { written_ = std::chrono::steady_clock::now(); }  // a commit has ended
  void settle_now();                                               // what has been settled makes room
  bool ended() const;                                              // closed, and nothing is left

  struct Places {
    size_t takes = 0;
    size_t bytes = 0;
    size_t work = 0;
  };
  // Of a group that has been told. Who waited for room is to be told of it.
  std::vector<std::function<void()>> give_back(const Places& places);

  size_t takes() const;

 private:
  // What the journal's thread is to be woken for.
  enum class Wake { never, for_group, for_request, for_anything };
  struct Rest {
    Wake wake;
    Instant until;
  };
  std::optional<Rest> rest(Instant until) const;
  bool to_be_woken();
  void line_up_settled();

  const std::chrono::milliseconds gather_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  std::deque<Item> queue_;
  size_t asked_ = 0;  // in the queue, which somebody waits for
  std::deque<Change> settled_;
  Instant settle_by_{};  // where there is anything in it
  size_t takes_ = 0;
  size_t bytes_ = 0;
  size_t work_ = 0;
  std::vector<std::function<void()>> rooms_;
  Wake wake_ = Wake::never;
  Instant written_{};  // the journal's thread only
};

}  // namespace restanza::journal
