// SPDX-License-Identifier: MIT
#include "hosting/hooks.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "base/guarded.h"

namespace restanza::host {
namespace {

constexpr std::chrono::seconds kRefuseAgain{1};  // where a stanza whose time is over is still there

}  // namespace

std::shared_ptr<const Hooks::List> Hooks::hooks() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return hooks_;
}

Hooks::Id Hooks::add(uint32_t kinds, int32_t priority, Call call) {
  auto hook = std::make_shared<Hook>();
  hook->kinds = kinds;
  hook->priority = priority;
  hook->call = std::move(call);
  const std::lock_guard<std::mutex> lock(mutex_);
  hook->id = ++last_;
  auto list = std::make_shared<List>(*hooks_);
  const auto behind =
      std::find_if(list->begin(), list->end(), [&](const auto& h) { return h->priority < priority; });
  list->insert(behind, hook);
  hooks_ = std::move(list);
  return hook->id;
}

void Hooks::remove(Id id) {
  std::shared_ptr<const List> dropped;  // freed after the lock: a release may call back here
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    auto list = std::make_shared<List>(*hooks_);
    list->erase(std::remove_if(list->begin(), list->end(), [&](const auto& h) { return h->id == id; }),
                list->end());
    dropped = std::exchange(hooks_, std::move(list));
  }
  on_link([](Hooks& self) { self.go_on(); });  // what waits for this hook goes on without it
}

void Hooks::resume(Id id) {
  for (const auto& hook : *hooks()) {
    if (hook->id == id) hook->resumed = true;
  }
  on_link([](Hooks& self) { self.go_on(); });
}

void Hooks::let_keep() {
  keeps_ = true;
  timer_.repeat(timer_.now() + kLookAtKept, [self = weak_from_this()]() -> std::optional<Instant> {
    const auto hooks = self.lock();
    if (!hooks) return std::nullopt;
    const Instant now = hooks->timer_.now();
    while (const auto then = hooks->kept_.take(now)) hooks->refuse_kept(then);
    return now + kLookAtKept;
  });
}

xp_status Hooks::settle(KeptStanzas::Id keep, int32_t verdict) {
  KeptStanzas::Then then;
  const xp_status status = kept_.settle(keep, verdict, then);
  if (then) {
    guarded_until_done(log_, "settling a stanza",
                       [&] { on_link([then, verdict](Hooks&) { then(verdict); }); });
  }
  return status;
}

size_t Hooks::give_up_kept() {
  size_t count = 0;
  for (; const auto then = kept_.take(std::nullopt); ++count) refuse_kept(then);
  return count;
}

void Hooks::refuse_kept(const KeptStanzas::Then& then) {
  guarded_until_done(log_, "refusing a stanza", [&] { on_link([then](Hooks&) { then(XP_BUSY); }); });
}

// On the link's thread.
void Hooks::settled(Offered& offered, Id hook, int32_t verdict) {
  if (verdict == XP_CONSUME) return offered.after(std::move(offered.stanza), Offer::taken);
  if (verdict == XP_PASS) {
    offered.busy = 0;
    offered.passed = hook;
    return take_in(std::move(offered));
  }
  count_refused("a hook could not keep what it had taken");
  offered.after(std::move(offered.stanza), Offer::refused);
}

void Hooks::offer(xmpp::Stanza stanza, bool injected, After after) {
  take_in({std::move(stanza), injected, std::move(after)});
}

void Hooks::take_in(Offered offered) {
  if (waiting_.empty() && ask(offered)) return;
  if (put_behind(offered)) return;
  count_refused("as many as may wait behind a busy hook");
  offered.after(std::move(offered.stanza), Offer::refused);
}

// A burst goes into the plugin as fast as that takes it, and the rest stays with the server: its socket holds
// it, and nothing is refused.
bool Hooks::has_enough() {
  if (waiting_.size() < kEnough / 2 && waiting_bytes_ < kEnoughBytes / 2) enough_since_.reset();
  if (waiting_.size() < kEnough && waiting_bytes_ < kEnoughBytes) return false;
  const Instant now = timer_.now();
  if (!enough_since_) enough_since_ = now;
  return now < *enough_since_ + kMaxEnough;
}

// False, and untouched: there is no room for it, or no memory.
bool Hooks::put_behind(Offered& offered) {
  const size_t bytes = offered.stanza.xml.size();
  if (waiting_.size() >= kMaxWaiting || waiting_bytes_ + bytes > kMaxWaitingBytes) return false;
  const bool first = waiting_.empty();
  try {
    waiting_.emplace_back();
    if (first) next_turn();
  } catch (const std::bad_alloc&) {
    if (first) waiting_.clear();
    return false;
  }
  waiting_.back() = std::move(offered);
  waiting_bytes_ += bytes;
  return true;
}

Hooks::List::const_iterator Hooks::first_of(const List& list, const Offered& offered) {
  const Id from = offered.busy != 0 ? offered.busy : offered.passed;
  if (from == 0) return list.begin();
  const auto at = std::find_if(list.begin(), list.end(), [&](const auto& h) { return h->id == from; });
  if (at == list.end()) return list.begin();  // removed meanwhile
  return offered.busy != 0 ? at : at + 1;
}

int32_t Hooks::call(const Hook& hook, const Offered& offered, KeptStanzas::Id keep) {
  try {
    return hook.call(offered.stanza, offered.injected, keep);
  } catch (...) {  // the plugin has not been asked
    if (keep != 0) kept_.close(keep);
    throw;
  }
}

bool Hooks::ask(Offered& offered) {
  const auto list = hooks();
  for (auto at = first_of(*list, offered); at != list->end(); ++at) {
    Hook& hook = **at;
    if ((hook.kinds & static_cast<uint32_t>(offered.stanza.kind)) == 0) continue;
    hook.resumed = false;
    // What keeping needs is there before the hook is asked: after it has taken the stanza nothing may fail.
    const auto kept = keeps_ ? std::make_shared<Offered>() : nullptr;
    KeptStanzas::Id keep = 0;
    if (kept) {
      keep = kept_.open(timer_.now(), [self = weak_from_this(), kept, id = hook.id](int32_t verdict) {
        if (const auto hooks = self.lock()) hooks->settled(*kept, id, verdict);
      });
    }
    const int32_t verdict = call(hook, offered, keep);
    if (verdict == XP_KEEPING && keep != 0) {
      *kept = std::move(offered);
      if (const auto given = kept_.hold(keep)) settled(*kept, hook.id, *given);
      return true;
    }
    if (keep != 0) kept_.close(keep);
    if (verdict == XP_CONSUME) {
      offered.after(std::move(offered.stanza), Offer::taken);
      return true;
    }
    if (verdict != XP_BUSY) continue;
    if (offered.stanza.kind == xmpp::Kind::iq) {
      log_.write(Level::plugin_bug, "a hook said it was busy for an iq; the iq goes on without it");
      continue;
    }
    offered.busy = hook.id;
    // Sticky: said while the hook was running, it asks for another turn at once, after what else the link has
    // to do.
    if (hook.resumed) on_link([](Hooks& self) { self.go_on(); });
    return false;
  }
  offered.after(std::move(offered.stanza), Offer::passed);
  return true;
}

void Hooks::on_link(std::function<void(Hooks&)> work) {
  const auto link = link_.lock();
  if (!link) return;
  link->post([self = weak_from_this(), work = std::move(work)] {
    if (const auto hooks = self.lock()) work(*hooks);
  });
}

// On the timer's thread. When to look again; absent: nothing waits.
std::optional<Instant> Hooks::look_at_patience() {
  uint64_t turn = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    watched_ = patience_ends_.has_value();
    if (!watched_ || timer_.now() < *patience_ends_) return patience_ends_;
    turn = turn_;
  }
  on_link([turn](Hooks& self) { self.give_up(turn); });
  return timer_.now() + kRefuseAgain;
}

// The stanza at the front, where there is one, has all of its time. A job of the timer looks at it for as
// long as anything waits. It repeats, so that nothing stays there for want of memory: where the link could
// not be told, or could not refuse it, that is tried again. Throws only where nothing waited before.
void Hooks::next_turn() {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Instant ends = timer_.now() + kMaxBusy;
  if (!waiting_.empty() && !watched_) {
    timer_.repeat(ends, [self = weak_from_this()] {
      const auto hooks = self.lock();
      return hooks ? hooks->look_at_patience() : std::nullopt;
    });
    watched_ = true;
  }
  ++turn_;
  patience_ends_ = waiting_.empty() ? std::nullopt : std::optional(ends);
}

void Hooks::go_on() {
  while (!waiting_.empty()) {
    // Out of the queue while it is asked: `after` may bring new stanzas here, and they belong behind it.
    Offered offered = std::move(waiting_.front());
    const size_t bytes = offered.stanza.xml.size();
    bool busy = false;
    try {
      busy = !ask(offered);
    } catch (...) {  // of a server's `after`: that stanza has had its turn, and the others go on
      take_front(bytes);
      if (!waiting_.empty()) on_link([](Hooks& self) { self.go_on(); });
      throw;
    }
    if (busy) {
      waiting_.front() = std::move(offered);
      return;
    }
    take_front(bytes);
  }
}

void Hooks::give_up(uint64_t turn) {
  if (turn != turn_) return;  // written on this thread only
  count_refused("a hook was busy for 5 s");
  Offered offered = std::move(waiting_.front());
  take_front(offered.stanza.xml.size());
  try {
    offered.after(std::move(offered.stanza), Offer::refused);
  } catch (...) {
    if (!waiting_.empty()) on_link([](Hooks& self) { self.go_on(); });
    throw;
  }
  go_on();
}

void Hooks::count_refused(const char* why) {
  const uint64_t count = ++refused_;
  const Instant now = timer_.now();
  if (now < next_refused_line_) return;
  next_refused_line_ = now + kSayRefused;
  guarded(log_, "a line about refused stanzas", [&] {
    log_.warn(std::string(why) + ": a stanza is refused, " + std::to_string(count) + " so far");
  });
}

void Hooks::take_front(size_t bytes) {
  waiting_.pop_front();
  waiting_bytes_ -= bytes;
  next_turn();
}

}  // namespace restanza::host
