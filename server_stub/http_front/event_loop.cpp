// SPDX-License-Identifier: MIT
#include "http_front/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <system_error>

#include "base/thread.h"
#include "http_front/memory_pressure.h"
#include "http_front/worker_pool.h"

namespace restanza::host {
namespace {

constexpr uint64_t kWake = 0;
constexpr uint64_t kFirstListener = 1;
constexpr int kEventsAtOnce = 256;
constexpr int kAcceptsAtOnce = 64;               // then the connections have their turn
constexpr std::chrono::milliseconds kRest{100};  // of the listeners while no descriptor is free
constexpr std::chrono::seconds kSilence{5};      // between two complaints about the same

bool watch(int epoll, int socket, uint64_t number, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = number;
  return ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) == 0 || errno == EEXIST;
}

using Connections = std::unordered_map<uint64_t, std::unique_ptr<Connection>>;

void drop(Connections& connections, Deadlines& deadlines, uint64_t number) {
  deadlines.forget(number);
  connections.erase(number);
}

// A connection that needs memory when none is left is closed; the others go on.
template <class Act>
void act_or_drop(Connections& connections, Deadlines& deadlines, uint64_t number, Act act) {
  try {
    const MayBeGivenUp scope;
    act();
  } catch (const std::bad_alloc&) {
    drop(connections, deadlines, number);
  }
}

// Closes the connection that would be closed first: one that says nothing, or is slow. Those that wait for
// their answers are due after a whole idle time, and stay. False: there are no others.
bool close_one_for_a_newcomer(Connections& connections, Deadlines& deadlines, const FrontSettings& settings) {
  const Instant now = std::chrono::steady_clock::now();
  for (auto planned = deadlines.next(); planned && *planned < now + settings.idle_time;
       planned = deadlines.next()) {
    const uint64_t number = *deadlines.take_due(*planned);
    const auto found = connections.find(number);
    if (found == connections.end()) continue;
    found->second->attend();  // its answer may be out, of which nobody tells
    const Instant due = found->second->next_check(now);
    if (due > *planned && !found->second->closed()) {  // it was planned long ago
      deadlines.plan(number, due);
      continue;
    }
    drop(connections, deadlines, number);
    return true;
  }
  return false;
}

}  // namespace

EventLoop::EventLoop(FrontParts& parts, std::function<bool()> relieve, Log& log)
    : parts_(parts),
      relieve_(std::move(relieve)),
      log_(log),
      tls_(parts.settings.tls),
      exhausted_{"no descriptor or memory is left for a new HTTP connection: it waits", {}},
      full_{std::to_string(parts.settings.max_connections) +
                " HTTP connections are open, which is max_connections: further ones are closed",
            {}} {}

EventLoop::~EventLoop() {
  stop();
  if (wake_ >= 0) ::close(wake_);
  if (epoll_ >= 0) ::close(epoll_);
}

Result<std::string> EventLoop::listen() {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (epoll_ < 0 || wake_ < 0 || !watch(epoll_, wake_, kWake, EPOLLIN)) {
    return Error{"cannot wait for sockets: " + std::generic_category().message(errno)};
  }
  const auto& addresses = parts_.settings.listen;
  if (addresses.size() > FrontSettings::kMaxListeners)
    return Error{"at most " + std::to_string(FrontSettings::kMaxListeners) + " addresses can be listened on"};
  std::string all;
  for (const ListenAddress& address : addresses) {
    auto listener = std::make_unique<Listener>();
    const auto bound = listener->open(address);
    if (!bound) {
      listeners_.clear();
      return bound.error();
    }
    listeners_.push_back(std::move(listener));
    all += (all.empty() ? "" : ",") + *bound;
  }
  return all;
}

void EventLoop::start() {
  watch_listeners(true);
  thread_ = start_thread("http-loop", [this] { run(); });
}

void EventLoop::refuse_new() {
  parts_.refusing = true;
  wake();
}

void EventLoop::renew(std::shared_ptr<const TlsIdentity> tls) {
  const std::lock_guard<std::mutex> lock(tls_mutex_);
  tls_.swap(tls);
}

void EventLoop::stop() {
  stopping_ = true;
  wake();
  if (thread_.joinable()) thread_.join();
  connections_.clear();
  listeners_.clear();
}

void EventLoop::wake() const {
  const uint64_t one = 1;
  // A full counter is a wake-up too.
  [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

void EventLoop::attend(uint64_t connection) {
  bool first = false;
  {
    const std::lock_guard<std::mutex> lock(posted_mutex_);
    first = posted_.empty();
    posted_.push_back(connection);
  }
  if (first) wake();
}

void EventLoop::run() {
  std::array<epoll_event, kEventsAtOnce> events;
  while (!stopping_) {
    const int count = ::epoll_wait(epoll_, events.data(), kEventsAtOnce, wait_time());
    for (int i = 0; i < count; ++i) {
      const uint64_t number = events[static_cast<size_t>(i)].data.u64;
      if (number == kWake) {
        uint64_t ignored = 0;
        [[maybe_unused]] const ssize_t n = ::read(wake_, &ignored, sizeof ignored);
      } else if (number - kFirstListener < listeners_.size()) {
        accept_new(*listeners_[number - kFirstListener]);
      } else if (const auto found = connections_.find(number); found != connections_.end()) {
        act_or_drop(connections_, deadlines_, number, [&] {
          found->second->ready(events[static_cast<size_t>(i)].events);
          settle(number);
        });
      }
    }
    attend_posted();
    expire_due();
    crowded_ = relieve_();
    if (parts_.refusing && !listeners_.empty()) {
      listeners_.clear();
      listening_ = false;
    }
  }
}

int EventLoop::wait_time() const {
  using std::chrono::milliseconds;
  const Instant now = std::chrono::steady_clock::now();
  milliseconds wait = milliseconds::max();
  const auto until = [&](Instant when) {
    return std::max(std::chrono::ceil<milliseconds>(when - now), milliseconds(0));
  };
  if (const auto next = deadlines_.next()) wait = until(*next);
  if (crowded_) wait = std::min(wait, WorkerPool::kPatience);
  if (!listening_ && !listeners_.empty()) wait = std::min(wait, until(accept_again_));
  return wait == milliseconds::max() ? -1 : static_cast<int>(std::min<int64_t>(wait.count(), 3'600'000));
}

void EventLoop::watch_listeners(bool on) {
  if (on == listening_) return;
  listening_ = on;
  for (size_t i = 0; i < listeners_.size(); ++i) {
    const int socket = listeners_[i]->socket();
    if (!on) {
      ::epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr);
    } else if (!watch(epoll_, socket, kFirstListener + i, EPOLLIN)) {
      listening_ = false;  // tried again after a rest
    }
  }
}

void EventLoop::complain(Complaint& complaint) {
  const Instant now = std::chrono::steady_clock::now();
  if (now < complaint.again) return;
  complaint.again = now + kSilence;
  log_.warn(complaint.line);
}

void EventLoop::accept_new(const Listener& listener) {
  for (int i = 0; i < kAcceptsAtOnce && listening_; ++i) {
    auto accepted = listener.accept();
    if (accepted.exhausted) {
      if (i > 0) return;  // perhaps nobody waits any more, which only the loop is told
      complain(exhausted_);
      if (close_one_for_a_newcomer(connections_, deadlines_, parts_.settings)) continue;
      accept_again_ = std::chrono::steady_clock::now() + kRest;
      return watch_listeners(false);
    }
    if (accepted.socket < 0) return;
    add(std::move(accepted), listener.local());
  }
}

void EventLoop::add(Listener::Accepted accepted, bool local) {
  if (connections_.size() >= parts_.settings.max_connections) {
    ::close(accepted.socket);
    return complain(full_);
  }
  std::shared_ptr<const TlsIdentity> identity;
  if (!local) {
    const std::lock_guard<std::mutex> lock(tls_mutex_);
    identity = tls_;
  }
  auto session = identity ? identity->accept(accepted.socket) : nullptr;
  const bool lost = identity && !session;
  const uint64_t number = ++last_number_;
  const auto outbox = std::make_shared<Outbox>(accepted.socket, number, *this,
                                               parts_.settings.max_stream_buffer, std::move(session));
  if (lost || !watch(epoll_, accepted.socket, number, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET))
    return complain(exhausted_);  // the outbox closes the socket
  connections_.emplace(number, std::make_unique<Connection>(outbox, std::move(accepted.peer), parts_));
  settle(number);
}

void EventLoop::attend_posted() {
  std::vector<uint64_t> posted;
  {
    const std::lock_guard<std::mutex> lock(posted_mutex_);
    posted.swap(posted_);
  }
  for (const uint64_t number : posted) {
    const auto found = connections_.find(number);
    if (found == connections_.end()) continue;
    act_or_drop(connections_, deadlines_, number, [&] {
      found->second->attend();
      settle(number);
    });
  }
}

void EventLoop::expire_due() {
  const Instant now = std::chrono::steady_clock::now();
  if (!listening_ && accept_again_ <= now) {
    accept_again_ = now + kRest;
    watch_listeners(true);
  }
  while (const auto due = deadlines_.take_due(now)) {
    const auto found = connections_.find(*due);
    if (found == connections_.end()) continue;
    act_or_drop(connections_, deadlines_, *due, [&] {
      found->second->expire(now);
      settle(*due);
    });
  }
}

void EventLoop::settle(uint64_t number) {
  const auto found = connections_.find(number);
  if (found == connections_.end()) return;
  if (found->second->closed()) {
    deadlines_.forget(number);
    connections_.erase(found);
  } else {
    deadlines_.plan(number, found->second->next_check(std::chrono::steady_clock::now()));
  }
}

}  // namespace restanza::host
