// SPDX-License-Identifier: MIT
// One plugin's hooks: offers them each stanza, in the order of their priority, and keeps what a hook is too
// busy for. Stanzas stay in their order: behind one that waits, the next ones wait too.
//
// Threads: `offer` on the link's thread; add, remove and resume on any. Hooks are called without a lock. A
// hook that was removed stays whole until the call that is in it has returned.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/log.h"
#include "base/timer.h"
#include "hosting/kept_stanzas.h"
#include "link/xmpp_link.h"

namespace restanza::host {

class Hooks final : public Inbound, public std::enable_shared_from_this<Hooks> {
 public:
  using After = std::function<void(xmpp::Stanza, Offer)>;
  // A verdict of xp.h: XP_PASS, XP_CONSUME, XP_BUSY, and XP_KEEPING where `keep` is not 0; anything else
  // counts as XP_PASS.
  using Call = std::function<int32_t(const xmpp::Stanza&, bool injected, KeptStanzas::Id keep)>;
  using Id = uint64_t;

  static constexpr std::chrono::seconds kMaxBusy{5};  // then the stanza is refused
  static constexpr size_t kMaxWaiting = 10000;        // stanzas behind a busy hook; further ones are refused
  static constexpr size_t kMaxWaitingBytes = 16 * 1024 * 1024;
  static constexpr size_t kEnough = kMaxWaiting / 2;  // then the link is to read no further
  static constexpr size_t kEnoughBytes = kMaxWaitingBytes / 2;
  static constexpr std::chrono::seconds kMaxEnough{5};    // in a row; then it reads on, also for iqs' sake
  static constexpr std::chrono::seconds kSayRefused{10};  // between lines of the log
  static constexpr std::chrono::seconds kLookAtKept{1};   // between looks for what is kept for too long

  Hooks(Timer& timer, Log& log) : timer_(timer), log_(log) {}

  // Where the work goes that belongs on the link's thread; before the first hook is added.
  void bind(std::weak_ptr<Link> link) { link_ = std::move(link); }

  // Hooks may say XP_KEEPING from now on: whoever offers waits for `after` before it acknowledges a stanza.
  // Once, before the first hook is added.
  void let_keep();

  Id add(uint32_t kinds, int32_t priority, Call call);
  void remove(Id hook);
  void resume(Id hook);

  // [any] Of a stanza that a hook keeps. As settle_stanza returns; what follows is on the link's thread.
  xp_status settle(KeptStanzas::Id keep, int32_t verdict);
  // [any] Refuses what is still kept; returns how many they were.
  size_t give_up_kept();

  void offer(xmpp::Stanza stanza, bool injected, After after) override;
  bool has_enough() override;

  // [any] Stanzas that were refused: too many waited, or one for too long. The log tells it too.
  uint64_t refused() const { return refused_; }

 private:
  struct Hook {
    Id id;
    uint32_t kinds;
    int32_t priority;
    Call call;
    std::atomic<bool> resumed{false};
  };
  struct Offered {
    xmpp::Stanza stanza = {};
    bool injected = false;
    After after = {};
    Id busy = 0;    // the hook to go on from; 0: the first
    Id passed = 0;  // or the one to go on behind
  };
  using List = std::vector<std::shared_ptr<Hook>>;

  std::shared_ptr<const List> hooks() const;
  static List::const_iterator first_of(const List& list, const Offered& offered);
  void take_in(Offered offered);
  bool ask(Offered& offered);  // false: a hook is busy, and `offered.busy` names it
  int32_t call(const Hook& hook, const Offered& offered, KeptStanzas::Id keep);
  void settled(Offered& offered, Id hook, int32_t verdict);
  void refuse_kept(const KeptStanzas::Then& then);
  bool put_behind(Offered& offered);
  void on_link(std::function<void(Hooks&)> work);  // later, on the link's thread, while both are there
  std::optional<Instant> look_at_patience();
  void next_turn();
  void go_on();
  void give_up(uint64_t turn);
  void take_front(size_t bytes);
  void count_refused(const char* why);

  Timer& timer_;
  Log& log_;
  std::weak_ptr<Link> link_;
  KeptStanzas kept_;
  bool keeps_ = false;
  mutable std::mutex mutex_;  // of what follows
  std::shared_ptr<const List> hooks_ = std::make_shared<List>();
  Id last_ = 0;
  bool watched_ = false;                  // a job of the timer looks at what follows
  std::optional<Instant> patience_ends_;  // of the stanza at the front; absent: none waits
  uint64_t turn_ = 0;  // of the stanza at the front; tells a deadline that it came too late

  // On the link's thread only.
  std::deque<Offered> waiting_;
  size_t waiting_bytes_ = 0;
  std::optional<Instant> enough_since_;  // until less than half of that waits
  Instant next_refused_line_ = Instant::min();

  std::atomic<uint64_t> refused_{0};
};

}  // namespace restanza::host
