// SPDX-License-Identifier: MIT
// One thread that waits for descriptors, posted work and timers (epoll). The HTTP front and the embedded
// server have one each.
//
// Threads: `post`, `call` and `running` are for any thread; what is marked [loop] is for the loop's thread,
// or for the owner's while the loop does not run. No lock is held while work runs. Ownership: owns the work
// it is given until that has run; descriptors stay their owners'. What work throws, as a rule for want of
// memory, ends in a line of the log, and the loop goes on.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "net/wakeup.h"

namespace restanza::host {

class EventLoop {
 public:
  using Token = uint64_t;  // never reused; 0 is none

  // One handler for thousands of descriptors, which knows each by a number of its own choice below 2^63. The
  // loop keeps no memory for these. Its functions are called on the loop's thread.
  class SharedHandler {
   public:
    virtual ~SharedHandler() = default;
    // `number` may have been closed already: its event can have been under way.
    virtual void ready(uint64_t number, uint32_t events) = 0;
    // At the end of each turn, after events, work and timers. Says when the next turn must come at the
    // latest; absent: when something happens.
    virtual std::optional<Instant> turn_over() = 0;
  };

  EventLoop(const Clock& clock, Log& log) : clock_(clock), log_(log) {}
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  Result<void> open();
  // Before the start; at most one, which outlives the loop's thread.
  void set_shared_handler(SharedHandler& handler) { shared_handler_ = &handler; }
  void start(const char* thread_name);
  void stop();  // runs what has been posted, then ends the thread; nothing can be posted from then on

  // In order. False, and dropped, once the loop has ended; before the start it waits.
  bool post(std::function<void()> work);
  // Runs it on the loop, after what this thread has posted, and waits; at once where this is the loop's
  // thread or the loop does not run. What it throws is thrown here. Needs no memory, so destructors may.
  void call(const std::function<void()>& work);
  bool running() const { return state_ == State::running; }

  // [loop] The events are those of epoll_ctl(2). 0: it cannot be watched.
  Token watch(int fd, uint32_t events, std::function<void(uint32_t)> ready);
  void change(Token token, int fd, uint32_t events);
  void forget(Token token, int fd);
  // [loop] For the shared handler; closing the descriptor ends it. False: it cannot be watched.
  bool watch_shared(uint64_t number, int fd, uint32_t events);

  // [loop] Work that throws runs again after kAfterFailure, unless it was cancelled meanwhile.
  static constexpr std::chrono::milliseconds kAfterFailure{100};
  Token after(std::chrono::milliseconds delay, std::function<void()> work);
  void cancel(Token timer);

 private:
  enum class State { idle, running, ended };
  struct Called;
  struct Taken {
    std::vector<std::function<void()>> posted;
    Called* called;
  };
  void run();
  template <class Work>
  bool goes_well(const char* what, Work&& work);
  std::optional<Instant> turn_over();
  void wait_for_events(int milliseconds);
  void run_timers();
  Taken take_work();
  void run_called(Called* first);
  int milliseconds_to_next(std::optional<Instant> wanted) const;

  const Clock& clock_;
  Log& log_;
  SharedHandler* shared_handler_ = nullptr;
  int epoll_ = -1;
  Wakeup wakeup_;
  std::atomic<State> state_{State::idle};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
  std::atomic<std::thread::id> loop_thread_{};  // since it runs
  Token last_ = 0;
  std::unordered_map<Token, std::shared_ptr<std::function<void(uint32_t)>>> watches_;
  std::map<std::pair<Instant, Token>, std::function<void()>> timers_;
  std::unordered_map<Token, Instant> timer_times_;

  std::mutex mutex_;  // over what follows, and the change of state_ to ended
  std::vector<std::function<void()>> posted_;
  Called* called_ = nullptr;  // the first of a list
  std::condition_variable call_done_;
};

}  // namespace restanza::host
