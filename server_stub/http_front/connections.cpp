// SPDX-License-Identifier: MIT
#include "http_front/connections.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <new>

#include "base/guarded.h"
#include "http_front/memory_pressure.h"
#include "http_front/worker_pool.h"

namespace restanza::host {
namespace {

constexpr std::chrono::seconds kSilence{5};  // between two complaints about the same
constexpr uint32_t kEvents = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

}  // namespace

Connections::Connections(FrontParts& parts, std::function<bool()> relieve, Log& log)
    : parts_(parts),
      relieve_(std::move(relieve)),
      log_(log),
      loop_(clock_, log),
      tls_(parts.settings.tls),
      exhausted_{"no descriptor or memory is left for a new HTTP connection: it waits", {}},
      full_{std::to_string(parts.settings.max_connections) +
                " HTTP connections are open, which is max_connections: further ones are closed",
            {}} {
  loop_.set_shared_handler(*this);
}

Connections::~Connections() {
  stop();
}

Result<std::string> Connections::listen() {
  if (const auto opened = loop_.open(); !opened) return opened.error();
  const auto& addresses = parts_.settings.listen;
  if (addresses.size() > FrontSettings::kMaxListeners)
    return Error{"at most " + std::to_string(FrontSettings::kMaxListeners) + " addresses can be listened on"};
  std::string all;
  for (const ListenAddress& address : addresses) {
    auto listener = std::make_unique<Listener>(
        loop_, Listener::Handlers{[this](Listener::Accepted accepted) { add(std::move(accepted)); },
                                  [this] { return make_room(); }});
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

void Connections::start() {
  for (const auto& listener : listeners_) listener->start();
  loop_.start("http-loop");
}

void Connections::refuse_new() {
  parts_.refusing = true;
  loop_.post([this] { listeners_.clear(); });
}

void Connections::renew(std::shared_ptr<const TlsIdentity> tls) {
  const std::lock_guard<std::mutex> lock(tls_mutex_);
  tls_.swap(tls);
}

void Connections::stop() {
  // First, on the loop: a connection that has more to read posts itself again, and would keep the loop going.
  loop_.call([this] {
    listeners_.clear();
    connections_.clear();
  });
  loop_.stop();
  connections_.clear();
  listeners_.clear();
}

void Connections::attend(uint64_t connection) {
  guarded_until_done(log_, "a look at a connection",
                     [&] { loop_.post([this, connection] { attend_now(connection); }); });
}

void Connections::ready(uint64_t connection, uint32_t events) {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  act_or_drop(connection, [&] { found->second->ready(events); });
}

void Connections::attend_now(uint64_t connection) {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  act_or_drop(connection, [&] { found->second->attend(); });
}

std::optional<Instant> Connections::turn_over() {
  expire_due();
  auto next = deadlines_.next();
  if (!relieve_()) return next;
  const Instant soon = clock_.now() + WorkerPool::kPatience;
  return next ? std::min(*next, soon) : soon;
}

void Connections::expire_due() {
  const Instant now = clock_.now();
  while (const auto due = deadlines_.take_due(now)) {
    const auto found = connections_.find(*due);
    if (found == connections_.end()) continue;
    act_or_drop(*due, [&] { found->second->expire(now); });
  }
}

// A connection that needs memory when none is left is closed; the others go on.
template <class Act>
void Connections::act_or_drop(uint64_t connection, Act act) {
  try {
    const FailFastAllocation scope;
    act();
    settle(connection);
  } catch (const std::bad_alloc&) {
    drop(connection);
  }
}

void Connections::settle(uint64_t connection) {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  if (found->second->closed()) {
    drop(connection);
  } else {
    deadlines_.plan(connection, found->second->next_check(clock_.now()));
  }
}

void Connections::drop(uint64_t connection) {
  deadlines_.forget(connection);
  connections_.erase(connection);
}

void Connections::complain(Complaint& complaint) {
  const Instant now = clock_.now();
  if (now < complaint.again) return;
  complaint.again = now + kSilence;
  guarded(log_, "a line about connections", [&] { log_.warn(complaint.line); });
}

// One for which there is no memory is closed.
void Connections::add(Listener::Accepted accepted) {
  const int socket = accepted.socket;
  std::shared_ptr<Outbox> outbox;
  try {
    add_as(std::move(accepted), outbox);
  } catch (const std::bad_alloc&) {
    if (!outbox) ::close(socket);
    complain(exhausted_);
  }
}

void Connections::add_as(Listener::Accepted accepted, std::shared_ptr<Outbox>& outbox) {
  if (connections_.size() >= parts_.settings.max_connections) {
    ::close(accepted.socket);
    return complain(full_);
  }
  std::shared_ptr<const TlsIdentity> identity;
  if (!accepted.local) {
    const std::lock_guard<std::mutex> lock(tls_mutex_);
    identity = tls_;
  }
  auto session = identity ? identity->accept(accepted.socket) : nullptr;
  const bool lost = identity && !session;
  const uint64_t number = ++last_number_;
  outbox = std::make_shared<Outbox>(accepted.socket, number, *this, parts_.settings.max_stream_buffer,
                                    std::move(session));
  if (lost || !loop_.watch_shared(number, accepted.socket, kEvents))
    return complain(exhausted_);  // the outbox closes the socket
  if (accepted.local) accepted.peer = kUnixPeer;
  connections_.emplace(number, std::make_unique<Connection>(outbox, std::move(accepted.peer), parts_));
  settle(number);
}

// Closes the connection that would be closed first: one that says nothing, or is slow. Those that wait for
// their answers are due after a whole idle time, and stay.
bool Connections::make_room() {
  complain(exhausted_);
  const Instant now = clock_.now();
  for (auto planned = deadlines_.next(); planned && *planned < now + parts_.settings.idle_time;
       planned = deadlines_.next()) {
    const uint64_t number = *deadlines_.take_due(*planned);
    const auto found = connections_.find(number);
    if (found == connections_.end()) continue;
    bool stays = false;
    try {
      found->second->attend();  // its answer may be out, of which nobody tells
      const Instant due = found->second->next_check(now);
      stays = due > *planned && !found->second->closed();
      if (stays) deadlines_.plan(number, due);  // it was planned long ago
    } catch (const std::bad_alloc&) {
      stays = false;  // it needs memory when none is left
    }
    if (stays) continue;
    drop(number);
    return true;
  }
  return false;
}

}  // namespace restanza::host
