// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/event_loop.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <future>

#include "base/thread.h"

namespace restanza::host::local {

EventLoop::~EventLoop() {
  stop();
  if (wake_ >= 0) close(wake_);
  if (epoll_ >= 0) close(epoll_);
}

Result<void> EventLoop::open() {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (epoll_ < 0 || wake_ < 0) return Error{std::string("no event loop: ") + strerror(errno)};
  watch(wake_, EPOLLIN, [this](uint32_t) {
    uint64_t count = 0;
    if (read(wake_, &count, sizeof count) < 0) return;  // already read
  });
  return {};
}

void EventLoop::start() {
  state_ = State::running;
  thread_ = start_thread("xmpp-server", [this] { run(); });
}

void EventLoop::stop() {
  if (!thread_.joinable()) {
    const std::lock_guard<std::mutex> lock(mutex_);
    state_ = State::ended;
    return;
  }
  post([this] { stopping_ = true; });
  thread_.join();
}

bool EventLoop::post(std::function<void()> work) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (state_ == State::ended) return false;
    posted_.push_back(std::move(work));
    if (posted_.size() > 1) return true;  // the loop has been woken for the first
  }
  const uint64_t one = 1;
  return write(wake_, &one, sizeof one) >= 0 || errno == EAGAIN;  // a full counter wakes as well
}

void EventLoop::call(const std::function<void()>& work) {
  if (state_ == State::idle || std::this_thread::get_id() == thread_.get_id()) {
    work();
    return;
  }
  const auto done = std::make_shared<std::promise<void>>();  // the loop may still be inside it when we go on
  const bool posted = post([&work, done] {
    work();
    done->set_value();
  });
  if (posted) {
    done->get_future().wait();
  } else {
    work();
  }
}

EventLoop::Token EventLoop::watch(int fd, uint32_t events, std::function<void(uint32_t)> ready) {
  const Token token = ++last_;
  epoll_event event{};
  event.events = events;
  event.data.u64 = token;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) return 0;
  watches_[token] = std::make_shared<std::function<void(uint32_t)>>(std::move(ready));
  return token;
}

void EventLoop::change(Token token, int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = token;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void EventLoop::forget(Token token, int fd) {
  if (watches_.erase(token) > 0) epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

EventLoop::Token EventLoop::after(std::chrono::milliseconds delay, std::function<void()> work) {
  const Token token = ++last_;
  const Instant when = clock_.now() + delay;
  timers_[{when, token}] = std::move(work);
  timer_times_[token] = when;
  return token;
}

void EventLoop::cancel(Token timer) {
  const auto found = timer_times_.find(timer);
  if (found == timer_times_.end()) return;
  timers_.erase({found->second, timer});
  timer_times_.erase(found);
}

std::vector<std::function<void()>> EventLoop::take_posted() {
  std::vector<std::function<void()>> taken;
  const std::lock_guard<std::mutex> lock(mutex_);
  taken.swap(posted_);
  if (stopping_ && taken.empty()) state_ = State::ended;
  return taken;
}

void EventLoop::run() {
  while (state_ != State::ended) {
    for (auto& work : take_posted()) work();
    if (stopping_) continue;
    run_timers();
    wait_for_events();
  }
}

void EventLoop::wait_for_events() {
  epoll_event events[64];
  const int count = epoll_wait(epoll_, events, 64, milliseconds_to_next());
  for (int i = 0; i < count; ++i) {
    const auto found = watches_.find(events[i].data.u64);
    if (found == watches_.end()) continue;  // forgotten by what ran before it in this round
    const auto ready = found->second;       // survives a `forget` by itself
    (*ready)(events[i].events);
  }
}

void EventLoop::run_timers() {
  const Instant now = clock_.now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    auto node = timers_.extract(timers_.begin());
    timer_times_.erase(node.key().second);
    node.mapped()();
  }
}

int EventLoop::milliseconds_to_next() const {
  if (timers_.empty()) return -1;
  const auto left = timers_.begin()->first.first - clock_.now();
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<long long>(whole, 0, 60000));
}

}  // namespace restanza::host::local
