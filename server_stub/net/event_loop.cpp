// SPDX-License-Identifier: MIT
#include "net/event_loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

#include "base/guarded.h"
#include "base/thread.h"

namespace restanza::host {
namespace {

constexpr int kEventsAtOnce = 256;
constexpr std::chrono::hours kLongestWait{1};   // then it looks at the clock again
constexpr std::chrono::milliseconds kPause{5};  // after a failure, so that one that lasts does not spin
constexpr uint64_t kShared = uint64_t{1}
                             << 63;  // marks a number of the shared handler; tokens never get there

bool control(int epoll, int operation, int fd, uint64_t mark, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = mark;
  return ::epoll_ctl(epoll, operation, fd, &event) == 0;
}

}  // namespace

// Work whose caller waits for it. It stands on the caller's stack, and `done` is the last that the loop does
// with it.
struct EventLoop::Called {
  const std::function<void()>& work;
  std::exception_ptr thrown;
  bool done = false;
  Called* next = nullptr;
};

EventLoop::~EventLoop() {
  stop();
  if (epoll_ >= 0) ::close(epoll_);
}

Result<void> EventLoop::open() {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  const int fd = wakeup_.descriptor();
  if (epoll_ < 0 || fd < 0 || watch(fd, EPOLLIN, [this](uint32_t) { wakeup_.clear(); }) == 0)
    return Error{"cannot wait for sockets: " + std::generic_category().message(errno)};
  return {};
}

void EventLoop::start(const char* thread_name) {
  state_ = State::running;
  thread_ = start_thread(thread_name, [this] { run(); });
}

void EventLoop::stop() {
  if (!thread_.joinable()) {
    const std::lock_guard<std::mutex> lock(mutex_);
    state_ = State::ended;
    return;
  }
  stopping_ = true;  // not posted, for that may need memory
  wakeup_.wake();
  thread_.join();
}

bool EventLoop::post(std::function<void()> work) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (state_ == State::ended) return false;
    posted_.push_back(std::move(work));
    if (posted_.size() > 1) return true;  // the loop has been woken for the first
  }
  wakeup_.wake();
  return true;
}

void EventLoop::call(const std::function<void()>& work) {
  if (state_ == State::idle || std::this_thread::get_id() == loop_thread_) {
    work();
    return;
  }
  Called called{work, nullptr};
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (state_ == State::ended) {
      lock.unlock();
      work();
      return;
    }
    Called** last = &called_;
    while (*last) last = &(*last)->next;
    *last = &called;
    wakeup_.wake();
    call_done_.wait(lock, [&] { return called.done; });
  }
  if (called.thrown) std::rethrow_exception(called.thrown);
}

void EventLoop::run_called(Called* first) {
  while (first) {
    Called& called = *std::exchange(first, first->next);
    try {
      called.work();
    } catch (...) {
      called.thrown = std::current_exception();
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    called.done = true;
    call_done_.notify_all();
  }
}

EventLoop::Token EventLoop::watch(int fd, uint32_t events, std::function<void(uint32_t)> ready) {
  const Token token = ++last_;
  auto watch = std::make_shared<std::function<void(uint32_t)>>(std::move(ready));
  watches_[token] = std::move(watch);
  if (control(epoll_, EPOLL_CTL_ADD, fd, token, events)) return token;
  watches_.erase(token);
  return 0;
}

void EventLoop::change(Token token, int fd, uint32_t events) {
  control(epoll_, EPOLL_CTL_MOD, fd, token, events);
}

void EventLoop::forget(Token token, int fd) {
  if (watches_.erase(token) > 0) ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

bool EventLoop::watch_shared(uint64_t number, int fd, uint32_t events) {
  return control(epoll_, EPOLL_CTL_ADD, fd, kShared | number, events);
}

EventLoop::Token EventLoop::after(std::chrono::milliseconds delay, std::function<void()> work) {
  const Token token = ++last_;
  const Instant when = clock_.now() + delay;
  timer_times_[token] = when;
  try {
    timers_[{when, token}] = std::move(work);
  } catch (...) {
    timer_times_.erase(token);
    throw;
  }
  return token;
}

void EventLoop::cancel(Token timer) {
  const auto found = timer_times_.find(timer);
  if (found == timer_times_.end()) return;
  timers_.erase({found->second, timer});
  timer_times_.erase(found);
}

// Both at once: who has posted and then calls finds the one done before the other.
EventLoop::Taken EventLoop::take_work() {
  Taken taken;
  const std::lock_guard<std::mutex> lock(mutex_);
  taken.posted.swap(posted_);
  taken.called = std::exchange(called_, nullptr);
  if (stopping_ && taken.posted.empty() && !taken.called) state_ = State::ended;
  return taken;
}

// False: it has thrown, which the log has been told.
template <class Work>
bool EventLoop::goes_well(const char* what, Work&& work) {
  if (guarded(log_, what, std::forward<Work>(work))) return true;
  std::this_thread::sleep_for(kPause);
  return false;
}

void EventLoop::run() {
  loop_thread_ = std::this_thread::get_id();
  while (state_ != State::ended) {
    const Taken taken = take_work();
    for (const auto& work : taken.posted) goes_well("what was posted to a loop", work);
    run_called(taken.called);
    if (stopping_) continue;
    run_timers();
    wait_for_events(milliseconds_to_next(turn_over()));
  }
}

std::optional<Instant> EventLoop::turn_over() {
  std::optional<Instant> wanted;
  if (!shared_handler_) return wanted;
  if (!goes_well("the end of a loop's turn", [&] { wanted = shared_handler_->turn_over(); }))
    wanted = clock_.now() + kAfterFailure;
  return wanted;
}

void EventLoop::wait_for_events(int milliseconds) {
  std::array<epoll_event, kEventsAtOnce> events;
  const int count = ::epoll_wait(epoll_, events.data(), kEventsAtOnce, milliseconds);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<size_t>(i)];
    const uint64_t mark = event.data.u64;
    if ((mark & kShared) != 0) {
      goes_well("a connection's event", [&] { shared_handler_->ready(mark & ~kShared, event.events); });
    } else if (const auto found = watches_.find(mark); found != watches_.end()) {
      const auto ready = found->second;  // survives a `forget` by itself
      goes_well("a descriptor's event", [&] { (*ready)(event.events); });
    }  // else forgotten by what ran before it in this turn
  }
}

// To run a timer again needs no memory.
void EventLoop::run_timers() {
  if (timers_.empty()) return;
  const Instant now = clock_.now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    auto node = timers_.extract(timers_.begin());
    const Token token = node.key().second;
    const bool done = goes_well("a loop's timer", node.mapped());
    const auto time = timer_times_.find(token);
    if (time == timer_times_.end()) continue;  // cancelled by its own work
    if (done) {
      timer_times_.erase(time);
    } else {
      node.key().first = time->second = now + kAfterFailure;
      timers_.insert(std::move(node));
    }
  }
}

int EventLoop::milliseconds_to_next(std::optional<Instant> wanted) const {
  using std::chrono::milliseconds;
  if (!timers_.empty()) {
    const Instant timer = timers_.begin()->first.first;
    wanted = wanted ? std::min(*wanted, timer) : timer;
  }
  if (!wanted) return -1;
  const auto left = std::chrono::ceil<milliseconds>(*wanted - clock_.now());
  return static_cast<int>(std::clamp<milliseconds>(left, milliseconds(0), kLongestWait).count());
}

}  // namespace restanza::host
