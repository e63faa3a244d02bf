// SPDX-License-Identifier: MIT
// One endpoint: its queue and the threads that post from it. How a request is made, and what becomes of the
// delivery then, stands in Attempts and Settling.
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
#include "subscription/health.h"
#include "subscription/lanes.h"
#include "subscription/places.h"
#include "subscription/rules.h"
#include "subscription/turn.h"
#include "webhook/attempts.h"
#include "webhook/crew.h"
#include "webhook/negotiation.h"
#include "webhook/settings.h"
#include "webhook/settling.h"
#include "webhook/signature.h"
#include "webhook/tally.h"
#include "webhook/transport.h"
#include "webhook/trial.h"
#include "webhook/world.h"

namespace restanza::webhook {

// What waits, under short names.
using subscription::Gate;
using subscription::Item;
using subscription::Lanes;
using subscription::Turn;

class Endpoint {
 public:
  using World = webhook::World;

  static constexpr std::chrono::seconds kReread{1};  // after the journal could not be read

  // The settings have passed `check`.
  Endpoint(Settings settings, World world);
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  const Settings& settings() const { return settings_; }

  // [any] Whether the stanza is one for this endpoint.
  bool wants(const xmpp::StanzaTree& tree) const { return rules_.wants(tree); }

  // [any] A place in the queue for a stanza that is to be written; false: max_queued are taken. `push` or
  // `cancel` must follow.
  bool reserve();
  void cancel();
  void refuse_place();                            // the same, where the journal could not take the stanza
  void count_crowded() { tally_.crowded.add(); }  // a stanza that found no place was refused for good
  // [any] A delivery with a place, committed where it is kept. Does not throw: where memory is short it is
  // tried again for a while, which may block for a second.
  void push(const journal::Delivery& delivery, const std::shared_ptr<const xmpp::Stanza>& stanza);
  // [any] One that the journal has from before. It has its place whether or not there is room.
  void recover(const journal::Delivery& delivery);

  // [any] As Dispatcher::drain.
  void drain(std::function<void()> done);
  void break_off();  // [any] aborts what runs, and gives up what is not on disk; does not wait
  void stop();       // the same, and waits for the threads

  // [any] Gives up what is older than subscription::kLifetime, at most kMaxExpired at once, and then sees to
  // it that somebody delivers the rest: with the first call delivering begins. True: there is more to give
  // up.
  static constexpr size_t kMaxExpired = 1000;
  bool tend();
  // [any] While the way back to the host is full.
  void hold(bool held);

  // [any] False where that was so already.
  bool pause();
  bool resume();
  void remember(const journal::EndpointStop& stop);  // [setup] from an earlier run

  bool test(std::function<void(const Outcome&)> then) { return trial_.run(std::move(then)); }

  // [any] Takes a delivery out of the queue, where it still is there.
  void withdraw(const journal::Delivery& delivery);
  bool at_work(const journal::Delivery& delivery) const;  // [any] being posted right now

  struct Sight {
    Lanes::Sight lanes;
    std::string reason;      // of a stop
    std::string last_error;  // empty where the latest request went well
  };
  Sight sight() const;
  std::chrono::duration<double> oldest_age() const;  // of what waits; 0 where nothing does
  std::string origin() const { return url_.origin(); }
  // As the log names it, by what people wrote in the settings.
  std::string title() const { return "endpoint '" + settings_.name + "' (" + url_.origin() + ")"; }
  std::vector<std::string> public_keys() const { return signer_.public_keys(); }

 private:
  using Text = Settling::Text;
  bool queue(const journal::Delivery& delivery, const Text& stanza, Item& item);
  void work(Transport& transport, bool first);
  void deliver(Transport& transport, Turn& turn);
  Result<Text> text_of(const Item& item);
  void settle(Turn& turn, const xmpp::StanzaTree& tree, const Outcome& outcome, bool answering);
  void let_go(const Item& item, Outcome::End end) noexcept;
  void strand();
  void late(const std::string& lane, const std::string& id);
  void disable();
  void note_reason(std::string reason);
  void note_error(std::string error);
  void check_drained();
  void give_up_rest();
  bool survives(const Item& item) const { return item.kept() && world_.journal.durable(); }

  const Settings settings_;
  const Url url_;
  const World world_;
  const subscription::Rules rules_;
  const Signer signer_;
  Tally tally_;
  Settling settling_;
  subscription::Places places_;
  Lanes lanes_;
  subscription::Health health_;
  Negotiation negotiation_;
  Attempts attempts_;
  Trial trial_;
  std::atomic<size_t> in_hand_{0};  // whoever has taken something out of the lanes and not yet ended it
  std::atomic<bool> stopped_{false};

  std::mutex steering_;       // so that lanes and journal hear of stops in one order
  mutable std::mutex mutex_;  // of what follows
  std::string reason_, last_error_;
  std::function<void()> drained_;
  bool draining_ = false;

  Crew crew_;  // the last to come and the first to go: its threads use all the others
};

}  // namespace restanza::webhook
