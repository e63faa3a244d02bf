// SPDX-License-Identifier: MIT
// The webhook side: a stanza becomes a POST, and the answer the stanzas that go back. Each stanza is tried
// once; what fails is answered with a stanza error. Owns the threads that post, one for each connection.
// Threads: said with each function; `reply` runs on the posting threads, or on the one that calls `stop`,
// without a lock held, and in order within a conversation.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/timer.h"
#include "webhook/health.h"
#include "webhook/lanes.h"
#include "webhook/negotiation.h"
#include "webhook/reflections.h"
#include "webhook/reply.h"
#include "webhook/rules.h"
#include "webhook/sender.h"
#include "webhook/settings.h"

namespace restanza::webhook {

class Dispatcher {
 public:
  using Reply = std::function<void(xmpp::Stanza reply)>;

  // The settings have passed `check`. Timer and log must outlive the dispatcher.
  Dispatcher(Settings settings, Reply reply, Timer& timer, Log& log);
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Asks the endpoint for the format that it likes, and begins to deliver. Once, before `stop`.
  void start();

  // [any] Whether the stanza is one for this webhook, by kind, domain and event.
  bool wants(const xmpp::Stanza& stanza) const { return rules_.wants(stanza); }

  // [any] Queues, never blocks. False: full, draining or stopped; the stanza is then untouched, and the
  // caller answers resource-constraint. A room's reflection of a message from here is taken and forgotten.
  bool take(xmpp::Stanza&& stanza);

  // [any] A stanza that is about to be sent some other way, so that a room's reflection of it is known.
  void note_sent(const xmpp::Stanza& stanza) { reflections_.note_sent(stanza); }

  // [any] Takes no more; `done` runs once, when the last request has ended and its reply is given.
  void drain(std::function<void()> done);

  // Aborts what runs and gives up what waits, with a stanza error to the senders of both; then a drain is
  // done too. One thread at a time, and not from `reply` or `done`. May wait for a name that is being
  // resolved.
  void stop();

 private:
  void work(Sender& sender, bool first);
  void deliver(Sender& sender, const xmpp::Stanza& stanza);
  void answer(const xmpp::Stanza& stanza, const Outcome& outcome);

  const Settings settings_;
  const Url url_;
  const Rules rules_;
  const Reply reply_;
  Timer& timer_;
  Log& log_;
  Reflections reflections_;
  Lanes lanes_;
  Health health_;
  Negotiation negotiation_;
  std::vector<std::unique_ptr<Sender>> senders_;
  std::vector<std::thread> threads_;
};

}  // namespace restanza::webhook
