// SPDX-License-Identifier: MIT
// All clients that follow: how many there may be, the comments that they get now and then, and their common
// end. Any thread, nothing blocks. It goes once the timer and the thread that reads have stopped.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>

#include "base/timer.h"
#include "feed/event_stream.h"

namespace restanza::feed {

class EventStreams {
 public:
  static constexpr size_t kMax = 20000;      // at once
  static constexpr size_t kMaxEach = 10000;  // of these, for one credential

  EventStreams(ReadThread& thread, Timer& timer, const Clock& clock)
      : thread_(thread), timer_(timer), clock_(clock) {}

  // Null: there is no room, or all is ending, and the exchange is untouched. `who`: whose credential;
  // `until`: the stream ends then.
  std::shared_ptr<EventStream> begin(http::Exchange& exchange, std::shared_ptr<EventSource> source,
                                     const std::string& who, std::optional<Instant> until);

  void end_all();  // those that there are; their clients come again
  void stop();     // the same, and no other begins
  size_t size() const;

 private:
  static constexpr std::chrono::seconds kTick{1};
  static constexpr size_t kTurns = EventStream::kComment / kTick;
  using Streams = std::unordered_set<std::shared_ptr<EventStream>>;

  std::shared_ptr<EventStream> add(http::Exchange& exchange, std::shared_ptr<EventSource> source,
                                   const std::string& who, std::optional<Instant> until);
  void forget(const std::shared_ptr<EventStream>& stream, size_t turn, const std::string& who);
  std::optional<Instant> tick();
  std::vector<std::shared_ptr<EventStream>> all() const;

  ReadThread& thread_;
  Timer& timer_;
  const Clock& clock_;
  mutable std::mutex mutex_;           // of what follows
  std::array<Streams, kTurns> turns_;  // those of one turn get their comments together
  size_t turn_ = 0;                    // the latest
  size_t size_ = 0;
  std::map<std::string, size_t> each_;  // how many a credential has
  bool ticking_ = false;
  bool stopped_ = false;
};

}  // namespace restanza::feed
