// SPDX-License-Identifier: MIT
// Who wants a stanza gets it: its way through the journal to the queues of all destinations that ask for it.
// What finds no room is refused with a stanza error, where its sender may be told. It is told of what leaves
// as well, because a room reflects a message to its sender, and that is for nobody here.
// Threads: said with each function; `reply` runs on the thread of `offer` or the journal's, without a lock
// held.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "journal/journal.h"
#include "subscription/fan_out/destination.h"
#include "subscription/joined_rooms.h"
#include "subscription/reflections.h"
#include "subscription/rules.h"
#include "traffic/recorder.h"
#include "xmpp/stanza_consumer.h"
#include "xmpp/tree_room.h"

namespace restanza::subscription {

class FanOut final : public xmpp::StanzaConsumer, public xmpp::SentObserver {
 public:
  // `handed` runs once, when the host holds a copy of the reply or refused it for good; it is dropped where
  // the host goes away before.
  using Reply = std::function<void(xmpp::Stanza reply, std::function<void()> handed)>;

  // Which stanzas a destination wants stands beside it, so that all change at once.
  struct Member {
    Member(std::shared_ptr<Destination> its_destination, StanzaFilter filter, bool answers_first)
        : destination(std::move(its_destination)), rules(std::move(filter)), reply(answers_first) {}

    const std::shared_ptr<Destination> destination;
    const Rules rules;
    const bool reply;  // of several that want a stanza this one answers
  };
  using Members = std::vector<std::shared_ptr<const Member>>;

  // What is referred to must outlive it.
  FanOut(journal::Journal& journal, Reply reply, Log& log, Metrics& metrics);

  // Before the first stanza is offered: who takes down what becomes of stanzas. It outlives this.
  void record_in(traffic::Recorder& recorder) { recorder_ = &recorder; }

  // One thread at a time: these want stanzas once `publish` has been called, in place of those that stood
  // under the same name: a part of the plugin. Parts are asked in the order in which they came. `prepare`
  // changes nothing, `publish` does not fail; nothing else is prepared between.
  struct Part {
    std::string name;
    Members members;
  };
  struct Prepared {
    std::vector<Part> parts;
    std::shared_ptr<const Members> all;
  };
  Prepared prepare(const std::string& part, Members members) const;
  void publish(Prepared&& prepared) noexcept;

  // [any] Queues, never blocks. A room's reflection of a message from here is taken and forgotten. What the
  // rules have asked of the tree goes with it to the destinations, where TreeRoom lets it: so it is made
  // once. Taken: also where the stanza was refused. `kept` runs on the journal's thread. Busy: the intake
  // waits for a commit.
  xmpp::Offered offer(xmpp::StanzaTree& offered, const std::function<void()>& room,
                      const std::function<void()>& kept) override;

  // [any] A stanza that is about to be sent, a reply as well, so that a room's reflection of it is known, and
  // who is in which rooms.
  void about_to_send(const xmpp::Stanza& stanza) override;

  // [any] From now on only what the journal keeps on disk is taken; after `stop` nothing is.
  void drain() { draining_ = true; }
  void stop() { stopped_ = true; }

  // [any] Who wants stanzas right now under this name; absent: nobody. Needs no memory.
  std::shared_ptr<Destination> find(const std::string& name) const;

  const JoinedRooms& rooms() const { return rooms_; }

 private:
  struct Reserved;
  using Destinations = std::vector<std::shared_ptr<Destination>>;
  std::shared_ptr<const Members> all() const;
  static const Member* answering_for(const Members& members, const xmpp::StanzaTree& tree);
  void committed(const std::shared_ptr<Reserved>& reserved,
                 Result<std::vector<journal::Delivery>> deliveries);
  void push(Destination& reserved, journal::Delivery&& delivery, const Destination::Tree& tree) const;
  void refuse(const xmpp::StanzaTree& tree);
  bool recording() const { return recorder_ && recorder_->recording(); }
  void record(const xmpp::StanzaTree& tree, const char* outcome, const Destinations& full = {},
              const std::vector<journal::Delivery>& deliveries = {}) const;

  journal::Journal& journal_;
  const Reply reply_;
  Log& log_;
  traffic::Recorder* recorder_ = nullptr;
  JoinedRooms rooms_;
  Reflections reflections_;
  xmpp::TreeRoom trees_;  // of stanzas that wait for their commit
  Counter& unanswered_;
  Counter& refused_;
  Counter& busy_;
  std::atomic<bool> draining_{false};
  std::atomic<bool> stopped_{false};
  mutable std::mutex mutex_;  // of what follows
  std::vector<Part> parts_;
  std::shared_ptr<const Members> all_;
};

}  // namespace restanza::subscription
