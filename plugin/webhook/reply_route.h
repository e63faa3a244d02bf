// SPDX-License-Identifier: MIT
// Where a webhook's reply goes: to whoever waits for it at the plugin's own domain, and otherwise to the
// host. A reply to the own domain never becomes a webhook again, so that two bots cannot keep each other busy
// for ever. Any thread. What the host has no room for waits here, up to a limit, and what comes behind it
// waits too: replies leave in the order in which they came.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "base/in_flight.h"
#include "base/log.h"
#include "iq/reply_table.h"
#include "xmpp/stanza_sink.h"

namespace restanza::webhook {

class ReplyRoute {
 public:
  static constexpr size_t kMaxWaiting = 10000;  // replies; further ones are dropped with a warning

  ReplyRoute(std::string domain, iq::ReplyTable& replies, xmpp::StanzaSink& sink, Log& log)
      : domain_(std::move(domain)), replies_(replies), sink_(sink), log_(log) {}

  void send(xmpp::Stanza reply);

  // Runs `empty` once no reply waits for room.
  void when_empty(std::function<void()> empty) { in_flight_.when_empty(std::move(empty)); }

 private:
  using Queue = std::deque<std::shared_ptr<const xmpp::Stanza>>;
  struct Turn;
  void hand_over();
  void done_with_first();
  void give_up();

  const std::string domain_;
  iq::ReplyTable& replies_;
  xmpp::StanzaSink& sink_;
  Log& log_;
  std::mutex mutex_;
  Queue waiting_;
  bool at_work_ = false;  // somebody hands the first one over, or the host will say when to
  InFlight in_flight_;
};

}  // namespace restanza::webhook
