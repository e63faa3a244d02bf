// SPDX-License-Identifier: MIT
// How a journal shares its store with other processes: says to those who have in memory what waits which part
// of it comes and goes, and hands over what others should have. The journal's thread, but for `begin`, which
// comes once, and what says [any]. Internal to this folder.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "journal/sharer.h"
#include "journal/store.h"

namespace restanza::journal {

class Sharing {
 public:
  static constexpr std::chrono::seconds kHold{
      3};  // what others should have, until nothing of it is under way
  static constexpr std::chrono::seconds kUnlinked{5};  // then others have the part of who has no link

  void add(Sharer& sharer) { sharers_.push_back(&sharer); }  // before `begin`
  void begin(std::function<bool()> linked);
  void opened(const Store& store) { whole_ = !store.deal_within(); }

  // When `deal` is due, where nothing is written.
  Instant due(const Store& store, Instant now) const;
  // After a group was written, and before it is told. `settled`: nothing waits for another try. What cannot
  // be told for want of memory is told again. True: what has been settled should be written, so that others
  // can have its part.
  bool deal(Store& store, bool settled);

  bool whole() const { return whole_; }  // [any] there is nobody else's part

 private:
  void tell(const Shift& shift, Store& store, bool settled);
  bool hand_over(const Buckets& surplus);
  bool is_linked();

  std::vector<Sharer*> sharers_;
  std::function<bool()> linked_;
  std::atomic<bool> begun_{false}, whole_{true};
  std::optional<Shift> untold_;
  bool others_wrote_ = false;
  Buckets held_, free_;  // that others should have; of these, where nothing is under way
  Instant hold_until_{}, hold_again_{}, linked_until_{};
};

}  // namespace restanza::journal
