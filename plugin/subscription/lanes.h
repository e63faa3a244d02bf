// SPDX-License-Identifier: MIT
// What waits for one endpoint: first in, first out within a conversation (sender and recipient, bare), never
// two of one conversation at once; the conversations take turns, and the gate says when the next may go.
// A conversation whose first delivery failed backs off alone. While some are answered quickly, those that
// fail or are slow have a part of the requests at once only, and a dead endpoint is probed with those that
// fail last of all. Any thread; callbacks run without a lock held. Owns what waits. How much may wait is the
// endpoint's to say.
#pragma once

#include <array>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/timer.h"
#include "journal/buckets.h"
#include "journal/record.h"
#include "subscription/gate.h"
#include "subscription/idle_threads.h"
#include "subscription/shares.h"
#include "subscription/standings.h"
#include "subscription/verdict.h"
#include "xmpp/stanza.h"
#include "xmpp/tree_room.h"

namespace restanza::subscription {

// One delivery that waits.
struct Item {
  journal::Seq seq = 0;  // 0: the journal does not keep it
  std::string id;        // kept over retries and restarts
  bool answers = true;
  bool withdrawn = false;  // while it was at work: it is to leave
  bool suspected = false;  // its latest failure looked like one of its own
  uint32_t attempts = 0;
  uint32_t failures = 0;  // of its own, but for the latest
  Instant failed{};       // the latest time in this run
  Instant accepted{};
  std::shared_ptr<const xmpp::Stanza> stanza;    // absent: the journal has it
  std::shared_ptr<const xmpp::StanzaTree> tree;  // absent: it is made when its turn comes
  Timer::Id alarm = 0;                           // of one that must not wait for long

  bool kept() const { return seq != 0; }
  std::shared_ptr<const xmpp::Stanza> text() const;  // null where only the journal has it
};

// The conversation that a stanza belongs to.
std::string lane_of(const xmpp::Stanza& stanza);

class Lanes {
  struct Lane;
  using Named = std::pair<const std::string, Lane>;  // stays where it is while it is in the map

 public:
  static constexpr std::chrono::seconds kLookAgain{1};  // at what is due, where no alarm could be set
  // Stanzas in memory together, as text. What the journal keeps beyond it is read again when its turn comes.
  static constexpr size_t kMaxResident = 8u << 20;
  // What has been tried and is kept has text no further than this: the rest is for what goes soon.
  static constexpr size_t kMaxTriedResident = kMaxResident / 2;
  // A delivery that comes while nothing stands still keeps its tree while it waits, and from one attempt to
  // the next; but all that wait have room for xmpp::TreeRoom::kMax of trees together. So a long queue is
  // text, and the tree is made when the delivery is taken, for all its attempts where there is room again.

  // A delivery that is at work. It goes back into its queue without needing memory.
  class Work {
   public:
    Work() = default;
    Work(Work&&) = default;
    Work& operator=(Work&&) = default;
    Item& item() { return held_.front(); }
    const Item& item() const { return held_.front(); }
    bool probe() const { return probe_; }  // whether a dead endpoint lives again

   private:
    friend class Lanes;
    Named* lane_ = nullptr;
    std::list<Item> held_;  // the one
    bool probe_ = false;
    Standing standing_ = Standing::open;  // of its conversation, when it began
    Instant began_{};
    uint64_t pool_ = 0;  // who took it
  };

  // `at_once`: requests that whoever calls `next` can have under way. Timer and clock must outlive the lanes.
  // They go once the timer has stopped, or on its thread.
  Lanes(Gate gate, size_t at_once, Timer& timer, const Clock& clock)
      : gate_(gate), shares_(at_once), timer_(timer), clock_(clock) {}
  ~Lanes();
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  // False: the item is not kept and its conversation does not flow, so that it would be late; it is
  // untouched.
  // What is not kept has no journal behind it, so kMaxResident is the end of its room.
  bool push(const std::string& lane, Item&& item);

  // One that the journal has from before, where others came since: it gets in before what was accepted later.
  // False: it is there already.
  bool insert(const std::string& lane, Item&& item);

  // Waits for a delivery that may begin; absent once closed, and for a pool that was succeeded. `ended` or
  // `broken_off` must follow, and then `done` or `put_back`.
  std::optional<Work> next(uint64_t pool);

  // From now on the next pool takes what waits (the first is 1), whatever backs off at once. What the earlier
  // ones still have they bring back here, and until then nothing of its conversation begins. How that ends
  // says nothing about the endpoint as it is now.
  void succeed(double drain_rate, bool breaker, size_t at_once);

  // Of one that came without; whoever asks for `kept` has it from now on.
  void set_tree(Work& work, std::shared_ptr<const xmpp::StanzaTree> tree) noexcept;

  // Its request, its next attempt, has ended so. True: it has failed, and that is its own fault, for the
  // endpoint answers others. Whether it really does is known once it has answered another after this failure
  // as well, and has not been found to be away between. So a failure is added to the item's with the next of
  // its own.
  bool ended(Work& work, const Ended& how, double chance) noexcept;
  void broken_off(const Work& work) noexcept;

  void done(Work&& work) noexcept;  // it has left; its conversation goes on
  // It is the first of its conversation again, not before `when`; at once where there is no memory to wait,
  // and where its pool was succeeded.
  void put_back(Work&& work, Instant when) noexcept;

  // Of what waits without being kept: where it stands still.
  std::vector<Item> take_stranded();
  // The item, unless it is at work or gone. One that is kept and at work is known to leave when it comes
  // back.
  std::optional<Item> withdraw(const std::string& lane, const std::string& id);
  // What was accepted then or before, and is not at work. Where this throws it is still there.
  std::vector<Item> take_older(Instant accepted, size_t limit);
  // Whatever waits; for the end, when they are closed and nothing is at work any more. Nothing while they are
  // open.
  std::vector<Item> take_all();

  void stop(Gate::Stop why);
  void resume(uint32_t which);
  // Somebody knows better than what is remembered: whatever backs off need not wait, nor the next probe.
  void try_now();

  // Of conversations in these buckets nothing begins, until others are named.
  void hold(const journal::Buckets& buckets);
  journal::Buckets busy() const;  // where something that is kept is at work
  // Forgets what is kept of them; what is at work leaves when it comes back, unless it is inserted again
  // before. Returns how many have gone.
  size_t drop(const journal::Buckets& buckets);

  // `next` is absent from now on; what waits stays.
  void close();
  // They were closed, and go on: what comes waits until `read` has been called, so that what the journal has
  // is inserted before. What is at work is known until then, also where it is done meanwhile.
  void reopen();
  void pass_over(const std::vector<journal::Seq>& seqs);  // after `reopen`: these have left before
  void read();

  struct Snapshot {
    size_t waiting = 0;  // those at work not counted
    size_t at_work = 0;
    uint32_t stops = 0;
    bool answering = true;
    bool draining = false;
  };
  Snapshot snapshot() const;
  std::optional<Instant> oldest() const;        // acceptance of what waits
  std::vector<Item> kept() const;               // copies of what is kept, waiting or at work
  std::vector<journal::Seq> kept_seqs() const;  // sorted, of what waits or is at work; 0 of what is not kept
  bool at_work(const std::string& lane, const std::string& id) const;
  bool unattended() const;  // no thread waits in `next` for what may come

 private:
  struct Lane {
    std::list<Item> queue;
    std::list<Item>::iterator behind_withdrawn = queue.end();  // those that leave at once stand together
    std::list<Named*> turn{nullptr};  // its place in a line, made with it: to get in line needs no memory
    const Item* at_work = nullptr;
    bool withdrawn = false;  // what is at work
    bool waits = false;      // in a line or backing_off_; perhaps with a queue that was emptied meanwhile
    bool backs_off = false;
    Standing standing = Standing::open;              // when it got in line
    uint64_t place = 0;                              // among all that got in line
    std::multimap<Instant, Named*>::iterator due{};  // where it backs off
  };

  // Somebody waits for the answer to an iq, and nobody for a backlog: every other turn is of what is not
  // kept.
  enum Urgency : size_t { kUsual, kUrgent };
  using Line = std::list<Named*>;
  struct Choice {
    Line* line = nullptr;  // absent: none may begin
    Line::iterator lane = {};
    Urgency urgency = kUsual;
  };

  // All under the lock.
  void go_on(Named& lane);
  void get_in_line(Named& lane, Urgency urgency);
  void back_off(Named& lane, Instant until) noexcept;
  Choice whose_turn(Instant now);
  Choice whose_probe();
  void drop_empty(Line& line);
  void wake(Named& lane);
  bool insert_now(const std::string& lane, Item&& item);
  bool is_held(const Named& lane) const;
  void park(Choice choice);
  void promote(Instant now);
  void promote_but_spared(Instant now);
  void promote_all();
  Work take(Named& lane, Instant now);
  void release(const Work& work);
  void note_standing(const Work& work, const Ended& how, Instant now);
  std::optional<Instant> next_event(Instant now);
  bool ring_at(Instant when);
  void note_removed(const Item& item);
  static std::list<Item>::iterator find(Lane& lane, const std::string& id);
  Item remove(Lane& lane, std::list<Item>::iterator item);
  bool is_current(const Work& work) const { return work.pool_ == pool_; }
  bool blame(Item& item, const std::string& lane, Instant now) const;

  mutable std::mutex mutex_;
  IdleThreads threads_;
  Gate gate_;
  Standings standings_;
  Shares shares_;
  Timer& timer_;
  const Clock& clock_;
  std::unordered_map<std::string, Lane> lanes_;               // those with something waiting or at work
  std::array<std::array<Line, 2>, kStandings.size()> lines_;  // by standing and urgency
  uint64_t places_ = 0;                                       // that were given in them
  Urgency last_ = kUsual;                                     // whose turn it was
  std::multimap<Instant, Named*> backing_off_;
  Instant alarm_ = Instant::max();
  Timer::Id alarm_id_ = 0;
  size_t waiting_ = 0;
  size_t at_work_ = 0;
  size_t idle_ = 0;  // threads of the current pool in `next`
  uint64_t pool_ = 1;
  xmpp::TreeRoom trees_;
  size_t resident_ = 0;
  size_t loose_ = 0;  // of what waits, not kept
  journal::Buckets held_;
  bool closed_ = false;
  bool reading_ = false;
  std::vector<journal::Seq> done_;  // while reading: what has left, though the journal may still have it
};

}  // namespace restanza::subscription
