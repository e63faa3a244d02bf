// SPDX-License-Identifier: MIT
// What waits for one endpoint: first in, first out within a conversation (sender and recipient, bare), never
// two of one conversation at once; the conversations take turns, and the gate says when the next may go.
// A conversation whose first delivery failed backs off alone. Any thread; callbacks run without a lock held.
// Owns what waits. How much may wait is the endpoint's to say.
#pragma once

#include <condition_variable>
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
#include "journal/record.h"
#include "subscription/gate.h"
#include "subscription/verdict.h"
#include "xmpp/stanza.h"
#include "xmpp/tree_room.h"

namespace restanza::subscription {

// One delivery that waits.
struct Item {
  journal::Seq seq = 0;  // 0: the journal does not keep it
  std::string id;        // kept over retries and restarts
  bool answers = true;
  uint32_t attempts = 0;
  uint32_t failures = 0;
  Instant accepted{};
  std::shared_ptr<const xmpp::Stanza> stanza;    // absent: the journal has it
  std::shared_ptr<const xmpp::StanzaTree> tree;  // absent: it is made when its turn comes
  Timer::Id alarm = 0;                           // of one that must not wait for long

  bool kept() const { return seq != 0; }
};

// The conversation that a stanza belongs to.
std::string lane_of(const xmpp::Stanza& stanza);

class Lanes {
  struct Lane;
  using Named = std::pair<const std::string, Lane>;  // stays where it is while it is in the map

 public:
  // Stanzas in memory together, as text. What the journal keeps beyond it is read again when its turn comes.
  static constexpr size_t kMaxResident = 8u << 20;
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
    uint64_t pool_ = 0;  // who took it
  };

  // Timer and clock must outlive the lanes. They go once the timer has stopped, or on its thread.
  Lanes(Gate gate, Timer& timer, const Clock& clock) : gate_(std::move(gate)), timer_(timer), clock_(clock) {}
  ~Lanes();
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  // False: the item is not kept and its conversation does not flow, so that it would be late; it is
  // untouched.
  // What is not kept has no journal behind it, so kMaxResident is the end of its room.
  bool push(const std::string& lane, Item&& item);

  // One that the journal has from before, where others came since: it gets in before what was accepted later.
  // False: it is there already. For the time before the first `next`, or until `read`.
  bool insert(const std::string& lane, Item&& item);

  // Waits for a delivery that may begin; absent once closed, and for a pool that was succeeded. `ended` or
  // `broken_off` must follow, and then `done` or `put_back`.
  std::optional<Work> next(uint64_t pool);

  // From now on the next pool takes what waits (the first is 1), whatever backs off at once. What the earlier
  // ones still have they bring back here, and until then nothing of its conversation begins. How that ends
  // says nothing about the endpoint as it is now.
  void succeed(double drain_rate, bool breaker);

  // Its request has ended so. True: the endpoint as a whole answers.
  bool ended(const Work& work, const Ended& how, double chance) noexcept;
  void broken_off(const Work& work) noexcept;

  void done(Work&& work) noexcept;  // it has left; its conversation goes on
  // It is the first of its conversation again, not before `when`; at once where there is no memory to wait,
  // and where its pool was succeeded.
  void put_back(Work&& work, Instant when) noexcept;

  // Of what waits without being kept: where it stands still.
  std::vector<Item> take_stranded();
  // The item, unless it is at work or gone.
  std::optional<Item> withdraw(const std::string& lane, const std::string& id);
  // What was accepted then or before, and is not at work. Where this throws it is still there.
  std::vector<Item> take_older(Instant accepted, size_t limit);
  // Whatever waits; for the end, when they are closed and nothing is at work any more. Nothing while they are
  // open.
  std::vector<Item> take_all();

  void stop(Gate::Stop why);
  void resume(uint32_t which);

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
  std::optional<Instant> oldest() const;  // acceptance of what waits
  std::vector<Item> kept() const;         // copies of what waits and is kept, those at work not among it
  std::vector<journal::Seq> kept_seqs() const;  // sorted, of what waits or is at work; 0 of what is not kept
  bool at_work(const std::string& lane, const std::string& id) const;
  bool unattended() const;  // no thread waits in `next` for what may come

 private:
  struct Lane {
    std::list<Item> queue;
    std::list<Item>::iterator behind_withdrawn = queue.end();  // those that leave at once stand together
    std::list<Named*> turn{nullptr};  // its place in a line, made with it: to get in line needs no memory
    const Item* at_work = nullptr;
    bool waits = false;  // in a line or backing_off_; perhaps with a queue that was emptied meanwhile
    bool backs_off = false;
    std::multimap<Instant, Named*>::iterator due{};  // where it backs off
  };

  // All under the lock.
  void go_on(Named& lane);
  void get_in_line(Named& lane, std::list<Named*>& line);
  std::list<Named*>& first_line();
  void wake(Named& lane);
  void promote(Instant now);
  Work take(Named& lane, Instant now);
  std::optional<Instant> next_event(Instant now);
  bool ring_at(Instant when);
  void note_removed(const Item& item);
  static std::list<Item>::iterator find(Lane& lane, const std::string& id);
  Item remove(Lane& lane, std::list<Item>::iterator item);
  bool is_current(const Work& work) const { return work.pool_ == pool_; }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Gate gate_;
  Timer& timer_;
  const Clock& clock_;
  std::unordered_map<std::string, Lane> lanes_;  // those with something waiting or at work
  // In the order of their turns. Somebody waits for the answer to an iq, and nobody for a backlog: every
  // other turn is of what is not kept.
  std::list<Named*> urgent_, ready_;
  bool urgent_was_last_ = false;
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
  bool closed_ = false;
  bool reading_ = false;
  std::vector<journal::Seq> done_;  // while reading: what has left, though the journal may still have it
};

}  // namespace restanza::subscription
