// SPDX-License-Identifier: MIT
// One endpoint, by its name: its queue, what is counted of it, and who stopped it. With what settings it is
// posted to stands in Posting; other settings take the place of the earlier ones while it goes on, and the
// queue stays. How a request is made, and what becomes of the delivery then, stands in Attempts and Settling.
// Threads: said with each function; `reply` runs on the posting threads, the timer's, the journal's, or the
// one that calls `stop`, without a lock held, and for deliveries in order within a conversation.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/timer.h"
#include "journal/journal.h"
#include "subscription/fan_out/destination.h"
#include "subscription/lanes.h"
#include "subscription/places.h"
#include "subscription/turn.h"
#include "webhook/endpoint_dependencies.h"
#include "webhook/endpoint_metrics.h"
#include "webhook/posting.h"
#include "webhook/request/transport.h"
#include "webhook/settings/settings.h"
#include "webhook/settling.h"

namespace restanza::webhook {

// What waits, under short names.
using subscription::Gate;
using subscription::Item;
using subscription::Lanes;
using subscription::Turn;

class Endpoint final : public subscription::Destination {
 public:
  static constexpr std::chrono::seconds kReread{1};  // after the journal could not be read

  // The settings have passed `check`.
  Endpoint(Settings settings, EndpointDependencies deps);
  ~Endpoint() override;
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  const std::string& name() const override { return name_; }

  // One thread at a time, and not together with `stop`: other settings of the same name. What waits stays in
  // its order and goes by them. What is under way ends by the earlier ones, and until then nothing of its
  // conversation begins. `prepare` makes what is needed and changes nothing; `take_on` does not fail.
  std::shared_ptr<Posting> prepare(Settings settings);
  void take_on(std::shared_ptr<Posting> posting) noexcept;
  // [any] The settings of now; whoever has them may keep them as long as the endpoint.
  std::shared_ptr<Posting> current() const;
  // [any] Of earlier settings, how many still have requests under way.
  size_t retiring() const;
  void end_earlier();  // [any] lets go of those that have none

  // [any] It has been removed: what is under way ends, what only memory has is given up, and the journal
  // keeps the rest. Does not wait.
  void retire() noexcept;
  bool retired() const override { return retired_; }
  // It comes again before it has ended: what is under way still ends, and is not repeated. First `reopen`,
  // then `come_again`, which does not fail, or `close_again`, which leaves it as `retire` did, also where
  // `reopen` has thrown or failed. After `come_again` it must be read anew what the journal has. `reopen` is
  // false while somebody gives up what was taken out of the queue.
  bool reopen();
  void come_again(std::shared_ptr<Posting> posting) noexcept;
  void close_again() noexcept;
  bool ended() const noexcept;  // nothing is left of it, so that `stop` does not wait

  // [any] As Destination says. max_queued stanzas have a place.
  bool reserve() override;
  void reserve_beyond() override { places_.take_beyond(); }
  void cancel() override;
  void refuse_place() override;
  void count_crowded() override { metrics_.crowded.add(); }
  void push(journal::Delivery&& delivery, const Tree& tree) override;
  void requeue(const journal::Delivery& delivery) override;
  void withdraw(const journal::Delivery& delivery) override;
  bool at_work(const journal::Delivery& delivery) const override;
  // [any] Who holds this reads what the journal has for the endpoint; it must go before another may. Absent
  // where somebody does so already, where that is done, and for one that was removed. From `retire` on a
  // reading is nobody's any more.
  using Reading = std::shared_ptr<const bool>;
  Reading begin_reading();
  bool is_reading(const Reading& reading) const;
  bool recovered(const Reading& reading);  // false: it is nobody's any more
  // [any] One that the journal has from before, in their order; it stands before what was accepted since. It
  // has its place whether or not there is room. Nothing is delivered before `recovered`.
  void recover(const journal::Delivery& delivery);
  void recovered();

  // [any] Another process's part of the queue, as journal::Sharer says. `come`: one that waits in a part that
  // has come from there.
  void hold_back(const journal::Buckets& buckets) { lanes_.hold(buckets); }
  journal::Buckets busy() const { return lanes_.busy(); }
  void drop(const journal::Buckets& buckets);
  void come(const journal::Delivery& delivery);
  void follow(const journal::EndpointStop* stop);  // what others have steered; null: it is not stopped

  // [any] As Dispatcher::drain.
  void drain(std::function<void()> done);
  void break_off();  // [any] aborts what runs, and gives up what is not on disk; does not wait
  void stop();       // the same, and waits for the threads

  // [any] Gives up what is older than subscription::kLifetime, at most kMaxExpired at once, and then sees to
  // it that somebody delivers the rest: with the first call after `recovered` delivering begins. True: there
  // is more to give up.
  static constexpr size_t kMaxExpired = 1000;
  bool tend();
  // [any] While the way back to the host is full.
  void hold(bool held);

  // [any] False where that was so already. `resume` sees to it that something is tried now, also where nobody
  // stopped it.
  bool pause();
  bool resume();
  void remember(const journal::EndpointStop& stop);  // [any] from an earlier run; before `recovered`
  // [any] The journal has lost what it had: it gets back what is in memory, as far as the stanzas are.
  void save_anew();

  bool test(std::function<void(const Outcome&)> then) { return current()->test_event.run(std::move(then)); }

  struct Snapshot {
    Lanes::Snapshot lanes;
    std::string reason;      // of a stop
    std::string last_error;  // empty where the latest request went well
  };
  Snapshot snapshot() const;
  size_t waiting() const { return lanes_.snapshot().waiting; }
  std::chrono::duration<double> oldest_age() const;  // of what waits; 0 where nothing does
  std::string origin() const { return current()->url.origin(); }
  std::vector<std::string> public_keys() const { return current()->signer.public_keys(); }

 private:
  using Text = Settling::Text;
  bool queue(Item& item);
  std::shared_ptr<Posting> make(Settings settings, uint64_t number);
  std::vector<std::shared_ptr<Posting>> postings() const;
  Item item_of(const journal::Delivery& delivery) const;
  bool covered(const journal::Delivery& delivery) const;
  bool is_ours(const journal::Delivery& delivery, const xmpp::Stanza& stanza) const;
  void work(Posting& posting, Transport& transport, bool first);
  void deliver(Posting& posting, Transport& transport, Turn& turn);
  void record(const Item& item, const Outcome& outcome, std::chrono::nanoseconds took) const;
  Result<Text> text_of(const Item& item);
  void settle(Posting& posting, Turn& turn, const xmpp::StanzaTree& tree, const Outcome& outcome, bool own,
              double chance);
  void let_go(const Item& item, Outcome::End end) noexcept;
  void strand();
  void late(const std::string& lane, const std::string& id);
  void disable(const Posting& posting);
  bool is_giving_up() const;
  void note_steered();
  void note_reason(std::string reason);
  void note_error(const Posting& posting, std::string error);
  void check_drained();
  void give_up_rest();
  bool survives(const Item& item) const { return item.kept() && deps_.journal.durable(); }

  const std::string name_;
  const EndpointDependencies deps_;
  EndpointMetrics metrics_;
  const OpenAnswers open_;
  subscription::Places places_;
  Lanes lanes_;
  std::atomic<size_t> taken_out_{0};  // whoever has taken something out of the lanes and not yet ended it
  std::atomic<size_t> tending_{0};    // of these, who may have something that the journal keeps
  std::atomic<bool> stopped_{false};
  std::atomic<bool> unreadable_{false};  // a delivery was, and the log knows it
  std::atomic<bool> retired_{false};
  std::atomic<bool> recovered_{false};
  std::atomic<bool> draining_{false};     // and `drained_` is to be told
  std::atomic<journal::Seq> covered_{0};  // what the journal had up to here was recovered

  std::mutex steering_;   // so that lanes and journal hear of stops in one order
  bool steered_ = false;  // by somebody who knows better than what is remembered
  // What was steered here and is not written yet; shared with the journal, which says so.
  const std::shared_ptr<std::atomic<size_t>> unwritten_ = std::make_shared<std::atomic<size_t>>(0);
  mutable std::mutex mutex_;  // of what follows
  std::string reason_, last_error_;
  std::function<void()> drained_;
  std::weak_ptr<const bool> reading_;
  // The last to come and the first to go: their threads use all the others.
  std::vector<std::shared_ptr<Posting>> earlier_;
  std::shared_ptr<Posting> posting_;
};

}  // namespace restanza::webhook
