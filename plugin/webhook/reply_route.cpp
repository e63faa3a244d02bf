// SPDX-License-Identifier: MIT
#include "webhook/reply_route.h"

#include <atomic>
#include <utility>

#include "base/guarded.h"
#include "xmpp/jid.h"

namespace restanza::webhook {

// One try to hand over the first reply. A host that drops it untold will never say that there is room.
struct ReplyRoute::Turn {
  explicit Turn(ReplyRoute& r) : route(r) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (!used) guarded_until_done(route.log_, "dropping replies", [this] { route.give_up(); });
  }
  ReplyRoute& route;
  std::atomic<bool> used{false};
};

void ReplyRoute::send(xmpp::Stanza reply, std::function<void()> handed) {
  if (xmpp::domain_of(reply.to) == domain_) {
    if (!replies_.answer(reply)) log_.debug("an endpoint's reply to the own domain found nobody waiting");
    if (handed) handed();
    return;
  }
  const auto kept = std::make_shared<const Reply>(Reply{std::move(reply), std::move(handed)});
  bool full = false, others_work = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    full = waiting_.size() >= kMaxWaiting;
    if (!full) {
      waiting_.push_back(kept);
      in_flight_.enter();
      others_work = std::exchange(at_work_, true);
      pressed_ = pressed_ || waiting_.size() >= kHighWater;
    }
  }
  if (full) {
    if (dropped_) dropped_->add();
    log_.warn("an endpoint's reply was dropped: 10000 wait for the server already");
    if (kept->handed) kept->handed();
    return;
  }
  tell();
  if (!others_work) hand_over();
}

// The level, not its changes, and one teller at a time: what changes meanwhile is told in its next round.
void ReplyRoute::tell() {
  for (;;) {
    bool held = false;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (telling_ || told_ == pressed_) return;
      telling_ = true;
      held = told_ = pressed_;
    }
    if (held_) held_(held);
    const std::lock_guard<std::mutex> lock(mutex_);
    telling_ = false;
  }
}

void ReplyRoute::hand_over() noexcept {
  const bool done = guarded(log_, "handing over an endpoint's reply", [this] {
    while (hand_over_first()) {
    }
  });
  if (done) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  at_work_ = false;  // whoever sends next goes on where this ended
}

// False: there is none, or the host will say when to go on. Where this throws the reply stays the first.
bool ReplyRoute::hand_over_first() {
  std::shared_ptr<const Reply> first;  // shared: room may be told of while it is still being read
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    at_work_ = !waiting_.empty();
    if (!at_work_) return false;
    first = waiting_.front();
  }
  const xmpp::Sent sent = give(first->stanza);
  if (sent == xmpp::Sent::would_block || sent == xmpp::Sent::gone) return false;
  guarded(log_, "noting what became of an endpoint's reply", [&] {
    if (first->handed) first->handed();  // before a drain may hear that nothing is left
    if (sent == xmpp::Sent::ok) return;
    log_.warn(std::string("the server refused an endpoint's reply: ") +
              (sent == xmpp::Sent::too_big  ? "it is too large"
               : sent == xmpp::Sent::denied ? "its 'from' is foreign"
                                            : "it is invalid"));
  });
  done_with_first();
  return true;
}

xmpp::Sent ReplyRoute::give(const xmpp::Stanza& reply) {
  const auto turn = std::make_shared<Turn>(*this);
  xmpp::Sent sent = xmpp::Sent::would_block;
  try {
    sent = sink_.send(reply, [turn] {
      turn->used = true;
      turn->route.hand_over();
    });
  } catch (...) {
    turn->used = true;  // the host never heard of it
    throw;
  }
  if (sent != xmpp::Sent::would_block && sent != xmpp::Sent::gone) turn->used = true;
  return sent;
}

void ReplyRoute::done_with_first() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.pop_front();
    if (waiting_.size() <= kLowWater) pressed_ = false;
  }
  in_flight_.leave();
  tell();
}

void ReplyRoute::give_up() {
  Queue dropped;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    dropped.swap(waiting_);
    at_work_ = false;
    pressed_ = false;
  }
  tell();
  for (size_t i = 0; i < dropped.size(); ++i) in_flight_.leave();
}

}  // namespace restanza::webhook
