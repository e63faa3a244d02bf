// SPDX-License-Identifier: MIT
// The latest of what happened, in memory, for those who follow it. While nobody does nothing is recorded, and
// once the last one has left it goes on for a while, so that who comes back has no gap. Where there is no
// room the oldest go; a reader is told how many it has missed. It takes nothing from anybody, and whoever
// records waits for no reader. Any thread; nothing blocks. Goes once the timer has stopped.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/timer.h"
#include "traffic/record.h"

namespace restanza::traffic {

// Up to where somebody has read.
struct Place {
  std::string run;      // of the recording: another one has other numbers
  uint64_t number = 0;  // of the latest record that was read

  bool operator==(const Place& other) const { return run == other.run && number == other.number; }
};

std::string text_of(const Place& place);                  // "RUN.NUMBER"
std::optional<Place> parse_place(std::string_view text);  // absent where it is the text of none

class Ring {
 public:
  static constexpr size_t kMax = 4096;
  static constexpr size_t kMaxBytes = 8u << 20;  // of all records together
  static constexpr size_t kMaxText = 1u << 20;   // of one stanza: a longer one is recorded without its text
  static constexpr std::chrono::seconds kLinger{60};  // so long it records when nobody follows any more

  class Follower {
   public:
    virtual ~Follower() = default;
    virtual void news() = 0;  // there may be more than it has read. Without a lock held; blocks nothing
  };

  // `news` runs once, on a thread that records and without a lock held, until `tell` has been called.
  Ring(Timer& timer, std::function<void()> news) : timer_(timer), news_(std::move(news)) {}
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  bool recording() const { return recording_.load(std::memory_order_relaxed); }

  // Where it records. What finds no memory counts as dropped.
  void add(Record&& record) noexcept;
  void drop() noexcept;  // one that could not be made for want of memory

  void attend(const std::shared_ptr<Follower>& follower);
  void leave(const Follower& follower) noexcept;
  void tell();  // all followers have news
  size_t followers() const;

  struct Numbered {
    uint64_t number = 0;
    std::shared_ptr<const Record> record;
  };
  struct Page {
    bool unknown =
        false;  // nothing is known of the place: it begins with the oldest, and others may be missed
    uint64_t dropped = 0;  // so many are missed before it
    Place after;           // up to where it follows; of another run than was asked for, where that is over
    std::vector<Numbered> records;  // one after the other, at most kPage
  };
  static constexpr size_t kPage = 64;
  Page read(const Place& after) const;
  Place now() const;  // behind the latest

 private:
  struct Held {
    Numbered numbered;
    size_t bytes = 0;
  };
  void add_held(Record&& record);
  void stop_recording(uint64_t visits) noexcept;

  Timer& timer_;
  const std::function<void()> news_;
  std::atomic<bool> recording_{false};
  std::atomic<bool> told_{false};
  mutable std::mutex mutex_;  // of what follows
  std::unordered_map<const Follower*, std::shared_ptr<Follower>> followers_;
  std::string run_;
  uint64_t latest_ = 0;
  std::deque<Held> held_;  // by number; those between that are missing were dropped
  size_t bytes_ = 0;
  uint64_t visits_ = 0;
  Timer::Id alarm_ = 0;
};

}  // namespace restanza::traffic
