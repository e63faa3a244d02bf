// SPDX-License-Identifier: MIT
// Threads that wait for something to do. One at a time is called: it looks what there is, and if it takes
// something and there is more, it calls the next. So a few things that come together do not wake as many
// threads, while the first of these is done before the last has begun. Whoever waits in the first place is
// called first: where little is to do that is always the same thread, and what it works with is in the
// processor's caches still. All under the lock of whoever owns it, but for Call::ring and call_all. Owns no
// thread.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace restanza::subscription {

class IdleThreads {
 public:
  static constexpr size_t kPlaces = 4;  // the last is for all that find no other

  class Call {
   public:
    Call() = default;
    explicit Call(std::condition_variable& whom) : whom_(&whom) {}
    // False: nobody waits, or somebody is on the way already.
    bool reaches_somebody() const { return whom_ != nullptr; }
    // Without the lock, or who is called would have to wait for it.
    void ring() const noexcept {
      if (reaches_somebody()) whom_->notify_one();
    }

   private:
    std::condition_variable* whom_ = nullptr;
  };

  // Until called, at most so long, or for no reason: what there is must be looked at afterwards. Whoever then
  // leaves and has not seen to it that nothing is left calls another.
  void wait(std::unique_lock<std::mutex>& lock) {
    Place& place = sit_down();
    place.changed.wait(lock);
    stand_up(place);
  }
  void wait_for(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds at_most) {
    Place& place = sit_down();
    place.changed.wait_for(lock, at_most);
    stand_up(place);
  }

  Call call() noexcept {
    if (called_) return Call();
    const auto place = std::find_if(places_.begin(), places_.end(), is_taken);
    if (place == places_.end()) return Call();
    called_ = true;
    return Call(place->changed);
  }

  void call_all() noexcept {
    for (Place& place : places_) place.changed.notify_all();
  }

 private:
  struct Place {
    std::condition_variable changed;
    size_t waiting = 0;
  };
  static bool is_taken(const Place& place) { return place.waiting != 0; }

  Place& sit_down() {
    const auto place = std::find_if_not(places_.begin(), places_.end() - 1, is_taken);
    ++place->waiting;
    return *place;
  }
  void stand_up(Place& place) {
    --place.waiting;
    called_ = false;
  }

  std::array<Place, kPlaces> places_;
  bool called_ = false;  // and has not looked yet
};

}  // namespace restanza::subscription
