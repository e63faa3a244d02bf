// SPDX-License-Identifier: MIT
// The webhook side: which endpoints want a stanza, its way through the journal to them, and what their owner
// can see and steer. Owns the endpoints; the journal is the App's.
// Threads: said with each function; `reply` runs on the posting threads, or on the one that calls `stop`,
// without a lock held, and in order within a conversation.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "journal/journal.h"
#include "subscription/joined_rooms.h"
#include "subscription/reflections.h"
#include "subscription/rules.h"
#include "webhook/endpoint.h"
#include "webhook/settings/settings.h"
#include "xmpp/tree_room.h"

namespace restanza::webhook {

class Dispatcher {
 public:
  // What becomes of a stanza that is offered.
  enum class Offer {
    taken,    // also where it was refused: whoever sent it has been told, as far as it may be
    keeping,  // the same, and `kept` runs, on the journal's thread, once it is committed or was refused
    foreign,  // no endpoint wants it
    busy,     // the intake waits for a commit; a copy of `room` will be called. Never for an iq
  };
  // What is known of an endpoint right now.
  struct Report {
    std::string name;
    std::string origin;      // of its URL, safe to show
    std::string state;       // "active", "unreachable", "paused", "disabled", "draining backlog"
    std::string reason;      // of paused and disabled
    std::string last_error;  // of the latest failure; empty where the latest request went well
    size_t waiting = 0;      // in the queue, those at work included
    size_t at_work = 0;      // requests right now
    std::vector<std::string> public_keys;  // whpk_...
  };
  enum class Steered { ok, unknown, unchanged };

  static constexpr std::chrono::seconds kSweep{30};     // between looks for what has expired
  static constexpr std::chrono::seconds kNextSweep{1};  // where one look could not take all
  static constexpr std::chrono::hours kPurge{1};        // between looks for old dead letters
  static constexpr std::chrono::hours kDeadKept{14 * 24};
  static constexpr size_t kPage = 1000;  // deliveries that are read from the journal at once
  // What other settings have replaced or removed, and still ends its requests: at so many no more are
  // changed.
  static constexpr size_t kMaxRetiring = 64;
  static constexpr std::chrono::seconds kEndSoon{1};  // after a change, for what has ended at once

  // The settings have passed `check`, their names differ. What `deps` refers to must outlive the
  // dispatcher.
  Dispatcher(const std::vector<Settings>& settings, EndpointDependencies deps);
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // After the journal is open: takes over what it holds, and begins to deliver. Once, before `stop`.
  Result<void> start();

  // [any, one thread at a time] These endpoints from now on, compared by name. What did not change goes on
  // untouched. A changed one keeps its queue, as Endpoint::prepare says. A new one takes stanzas from now on,
  // and delivers once it has read what the journal holds under its name. A removed one as Endpoint::retire
  // says. Does not wait for any of this. An error, and nothing has changed: a drain has begun, kMaxRetiring
  // are still ending, or what waited for an endpoint that comes again is still being given up.
  Result<void> reconfigure(const std::vector<Settings>& settings);

  // [any] Queues, never blocks. A room's reflection of a message from here is taken and forgotten. What the
  // rules have asked of the tree goes with it to the endpoints, where TreeRoom lets it: so it is made once.
  Offer offer(xmpp::StanzaTree& offered, const std::function<void()>& room,
              const std::function<void()>& kept = {});

  // [any] A stanza that is about to be sent, a reply as well, so that a room's reflection of it is known, and
  // who is in which rooms.
  void note_sent(const xmpp::Stanza& stanza) {
    reflections_.note_sent(stanza);
    rooms_.note_sent(stanza);
  }

  // [any] Begins no new delivery of what the journal keeps on disk; the rest is finished. `done` runs once,
  // when no request is under way and nothing waits that would be lost. Stanzas are still taken where they are
  // kept on disk.
  void drain(std::function<void()> done);

  // [any] While the way back to the host is full.
  void hold(bool held);

  // [any] Aborts what runs; what is not on disk is given up, with a stanza error to its sender. Does not
  // wait. Stanzas that are kept on disk are still taken.
  void break_off();

  // The same, takes nothing any more, and waits for the threads. One thread at a time, and not from `reply`
  // or `done`. May wait for a name that is being resolved.
  void stop();

  // [any] For people.
  std::vector<Report> report() const;
  Steered pause(const std::string& endpoint);
  Steered resume(const std::string& endpoint);
  // `then` runs on the journal's thread once it has committed what was steered before, so that it holds
  // whatever becomes of this process; or with an error: then it holds here, and goes on being tried.
  void when_kept(std::function<void(const Result<void>&)> then);
  // Posts a test event, apart from the queue; `then` runs on a thread of its own with what came of it.
  // Unchanged: such a test is under way, and `then` does not run.
  Steered test(const std::string& endpoint, std::function<void(const Outcome&)> then);

  // [any] `replay` puts dead letters back into their queues, `discard` deletes deliveries. `then` runs on the
  // journal's thread. What is being posted when this is called cannot be discarded; what begins until the
  // journal has written the discard is posted all the same, once.
  void replay(const std::string& id,
              std::function<void(const Result<bool>&)> then);  // false: no such dead letter
  void replay(const journal::Filter& filter, std::function<void(const Result<size_t>&)> then);
  enum class Discarded { ok, unknown, at_work };
  void discard(const std::string& id, std::function<void(const Result<Discarded>&)> then);
  void discard(const journal::Filter& filter, std::function<void(const Result<size_t>&)> then);

 private:
  using Shared = std::shared_ptr<Endpoint>;
  // Which stanzas an endpoint wants stands beside it, so that all endpoints change at once.
  struct Member {
    Member(Shared its_endpoint, const Settings& settings)
        : endpoint(std::move(its_endpoint)), rules(settings), reply(settings.reply) {}
    Shared endpoint;
    subscription::Rules rules;
    bool reply;
  };
  using Members = std::vector<std::shared_ptr<const Member>>;
  struct Reserved;
  struct Changes;
  std::shared_ptr<const Members> members() const;
  std::vector<Shared> everyone() const;  // and those that were removed and end
  Shared find(const std::string& name) const;
  void show(const std::string& name) const;
  Result<void> compare(const std::vector<Settings>& settings, Changes& changes);
  Result<void> add(const Settings& settings, Changes& changes);
  Shared latest_retired(const std::string& name) const;
  void publish(std::shared_ptr<const Members> members, const Changes& changes);
  void retire(Endpoint& endpoint) noexcept;
  void recover_late(const Shared& endpoint);
  void recover_page(const Shared& endpoint, journal::Seq beyond, const Endpoint::Reading& reading);
  void say_unread(const Endpoint& endpoint, const Error& error) const;
  void end_earlier();
  void end_retired();
  static const Member* answering_for(const Members& members, const xmpp::StanzaTree& tree);
  void push(const Shared& reserved, journal::Delivery&& delivery, const Endpoint::Tree& tree);
  void refuse(const xmpp::StanzaTree& tree);
  void committed(const std::shared_ptr<Reserved>& reserved,
                 Result<std::vector<journal::Delivery>> deliveries);
  Result<void> recover();
  bool sweep();  // true: there is more to expire
  void purge();
  void bury_foreign();
  void replay_page(const journal::Filter& filter, size_t so_far,
                   std::function<void(const Result<size_t>&)> then);
  void discard_page(const journal::Filter& filter, journal::Seq beyond, size_t so_far,
                    std::function<void(const Result<size_t>&)> then);
  void discard_listed(const journal::Filter& filter, std::vector<journal::Delivery> listed, size_t so_far,
                      std::function<void(const Result<size_t>&)> then);
  void discard_found(const journal::Delivery& delivery, std::function<void(const Result<Discarded>&)> then);
  void requeue(const journal::Delivery& revived);
  void withdraw(const journal::Delivery& delivery);
  bool at_work(const journal::Delivery& delivery) const;

  subscription::JoinedRooms rooms_;
  const EndpointDependencies deps_;
  subscription::Reflections reflections_;
  xmpp::TreeRoom trees_;  // of stanzas that wait for their commit
  Counter& unanswered_;
  Counter& refused_;
  Counter& busy_;
  std::atomic<bool> started_{false};
  std::atomic<bool> draining_{false};
  std::atomic<bool> stopped_{false};
  std::mutex changing_;       // of the list: not together with the begin of its end
  mutable std::mutex mutex_;  // of what follows
  std::shared_ptr<const Members> members_;
  std::vector<Shared> retired_;
  bool held_ = false;
};

}  // namespace restanza::webhook
