// SPDX-License-Identifier: GPL-3.0-or-later
// One thread that waits for sockets, posted work and timers (epoll). It owns the work it is given until that
// has run. `post`, `call` and `on_loop` may be used on any thread; what is marked [loop] on the loop's thread
// only, or while the loop does not run. No lock is held while work runs.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace restanza::host::local {

class EventLoop {
 public:
  using Token = uint64_t;  // never reused; 0 is none

  explicit EventLoop(const Clock& clock) : clock_(clock) {}
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  Result<void> open();
  void start();
  void stop();  // runs what has been posted, then ends the thread; nothing can be posted from then on

  // [any] In order. False, and dropped, once the loop has ended; before the start it waits.
  bool post(std::function<void()> work);
  // [any] Runs it on the loop and waits; at once where this is the loop's thread or the loop does not run.
  void call(const std::function<void()>& work);
  bool running() const { return state_ == State::running; }

  // [loop]
  Token watch(int fd, uint32_t events, std::function<void(uint32_t)> ready);
  void change(Token token, int fd, uint32_t events);
  void forget(Token token, int fd);
  Token after(std::chrono::milliseconds delay, std::function<void()> work);
  void cancel(Token timer);

 private:
  enum class State { idle, running, ended };
  void run();
  void wait_for_events();
  void run_timers();
  std::vector<std::function<void()>> take_posted();
  int milliseconds_to_next() const;

  const Clock& clock_;
  int epoll_ = -1;
  int wake_ = -1;
  std::atomic<State> state_{State::idle};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
  Token last_ = 0;
  std::unordered_map<Token, std::shared_ptr<std::function<void(uint32_t)>>> watches_;
  std::map<std::pair<Instant, Token>, std::function<void()>> timers_;
  std::unordered_map<Token, Instant> timer_times_;

  std::mutex mutex_;  // over posted_ and the change of state_ to ended
  std::vector<std::function<void()>> posted_;
};

}  // namespace restanza::host::local
