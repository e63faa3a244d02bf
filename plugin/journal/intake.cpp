// SPDX-License-Identifier: MIT
#include "journal/intake.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace restanza::journal {

void Intake::open() {
  const std::lock_guard<std::mutex> lock(mutex_);
  open_ = true;
}

std::vector<std::function<void()>> Intake::close() {
  std::vector<std::function<void()>> dropped;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_ = false;
    dropped.swap(rooms_);
  }
  changed_.notify_all();
  return dropped;
}

bool Intake::take(Entry&& entry, Taken&& then, const std::function<void()>& room) {
  bool wake = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!open_) return false;
    const size_t size = entry.stanza->xml.size();
    // Alone even the largest one is taken, or it would never be.
    if (takes_ >= kMaxTakes || (takes_ > 0 && bytes_ + size > kMaxBytes)) {
      if (room) rooms_.push_back(room);
      return false;
    }
    // Its place is made before it is moved there: where this throws nothing has changed.
    queue_.emplace_back(std::in_place_type<OfferedEntry>, std::move(entry), std::move(then));
    ++takes_;
    bytes_ += size;
    wake = to_be_woken();
  }
  if (wake) changed_.notify_one();
  return true;
}

Result<void> Intake::put(Item&& item) {
  bool wake = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const bool is_work = asked_of(item) != nullptr;
    if (!open_) return Error{kClosed};
    if (is_work && work_ >= kMaxWork) return Error{"too much waits for the journal"};
    line_up_settled();  // it was asked for before
    queue_.push_back(std::move(item));
    asked_ += is_work ? 1 : 0;
    work_ += is_work ? 1 : 0;
    wake = to_be_woken();
  }
  if (wake) changed_.notify_one();
  return {};
}

void Intake::settle(Change&& change) {
  bool wake = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!open_) return;
    if (settled_.empty()) settle_by_ = std::chrono::steady_clock::now() + kSettle;
    settled_.push_back(std::move(change));
    wake = to_be_woken();
  }
  if (wake) changed_.notify_one();
}

void Intake::settle_now() {
  const std::lock_guard<std::mutex> lock(mutex_);
  settle_by_ = Instant();
}

void Intake::next(Group& group, Instant until) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (const auto pause = rest(until)) {
    wake_ = pause->wake;
    changed_.wait_until(lock, pause->until);
    wake_ = Wake::never;
  }
  const bool late =
      !settled_.empty() && std::chrono::steady_clock::now() >= settle_by_ + (kSettleLate - kSettle);
  if (late || settled_.size() >= kMaxSettled) line_up_settled();
  const size_t count = std::min(queue_.size(), kMaxGroup);
  // What stands in the queue was asked for before some of what has been settled.
  const size_t settled = count == queue_.size() ? settled_.size() : 0;
  group.reserve(count + settled);
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(count);
  for (auto item = queue_.begin(); item != end; ++item) {
    if (asked_of(*item)) --asked_;
    group.push_back(std::move(*item));
  }
  queue_.erase(queue_.begin(), end);
  std::move(settled_.begin(), settled_.begin() + static_cast<std::ptrdiff_t>(settled),
            std::back_inserter(group));
  if (settled != 0) settled_.clear();
}

bool Intake::ended() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return !open_ && queue_.empty() && settled_.empty();
}

std::vector<std::function<void()>> Intake::give_back(const Places& places) {
  std::vector<std::function<void()>> rooms;
  const std::lock_guard<std::mutex> lock(mutex_);
  takes_ -= places.takes;
  bytes_ -= places.bytes;
  work_ -= places.work;
  if (places.takes > 0) rooms.swap(rooms_);
  return rooms;
}

size_t Intake::takes() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return takes_;
}

// How long there is nothing to do; absent: there is.
std::optional<Intake::Rest> Intake::rest(Instant until) const {
  if (!open_) return std::nullopt;
  const Instant now = std::chrono::steady_clock::now();
  if (!queue_.empty()) {
    const Instant gathered = written_ + gather_;
    if (asked_ > 0 || queue_.size() >= kEnough || now >= gathered) return std::nullopt;
    return Rest{Wake::for_group, gathered};
  }
  const bool settles = !settled_.empty();
  const Instant due = settles ? std::min(until, settle_by_) : until;
  if (now >= due || settled_.size() >= kMaxSettled) return std::nullopt;
  if (settles) return Rest{Wake::for_request, due};
  // What was written just now will be settled soon, and need wake nobody then.
  const Instant soon = written_ + kSettle;
  if (now < soon) return Rest{Wake::for_request, std::min(due, soon)};
  return Rest{Wake::for_anything, due};
}

// Once for each time that it sleeps.
bool Intake::to_be_woken() {
  const bool group = asked_ > 0 || queue_.size() >= kEnough;
  const bool request = !queue_.empty() || settled_.size() >= kMaxSettled;
  const bool now = (wake_ == Wake::for_group && group) || (wake_ == Wake::for_request && request) ||
                   wake_ == Wake::for_anything;
  if (now) wake_ = Wake::never;
  return now;
}

void Intake::line_up_settled() {
  for (; !settled_.empty(); settled_.pop_front()) queue_.emplace_back(std::move(settled_.front()));
}

}  // namespace restanza::journal
