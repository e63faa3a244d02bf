// SPDX-License-Identifier: MIT
// Where a webhook's reply goes: to whoever waits for it at the plugin's own domain, and otherwise to the
// host. A reply to the own domain never becomes a webhook again, so that two bots cannot keep each other busy
// for ever. Any thread. What the host has no room for waits here, and what comes behind it waits too: replies
// leave in the order in which they came. Past a limit the deliveries that make replies are held back.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/in_flight.h"
#include "base/log.h"
#include "base/metrics.h"
#include "iq/reply_table.h"
#include "xmpp/stanza_sink.h"

namespace restanza::webhook {

class ReplyRoute {
 public:
  static constexpr size_t kMaxWaiting = 10000;  // replies; past it they are dropped with a warning
  static constexpr size_t kHighWater = 2000;    // deliveries are held from here on
  static constexpr size_t kLowWater = 500;      // and go on from here on

  ReplyRoute(std::string domain, iq::ReplyTable& replies, xmpp::StanzaSink& sink, Log& log)
      : domain_(std::move(domain)), replies_(replies), sink_(sink), log_(log) {}

  // Once, before the first reply: who is told to hold deliveries, and to go on.
  void tell_pressure(std::function<void(bool held)> held) { held_ = std::move(held); }
  void count_dropped(Counter& counter) { dropped_ = &counter; }

  // `handed` runs once, without a lock held: the host has a copy of the reply, or will never take it. Where
  // the host goes away before it did either, `handed` is dropped.
  void send(xmpp::Stanza reply, std::function<void()> handed = {});

  // Runs `empty` once no reply waits for room.
  void when_empty(std::function<void()> empty) { in_flight_.when_empty(std::move(empty)); }

 private:
  struct Reply {
    xmpp::Stanza stanza;
    std::function<void()> handed;
  };
  using Queue = std::deque<std::shared_ptr<const Reply>>;
  struct Turn;
  void hand_over() noexcept;
  bool hand_over_first();
  xmpp::Sent give(const xmpp::Stanza& reply);
  void done_with_first();
  void give_up();
  void tell();

  const std::string domain_;
  iq::ReplyTable& replies_;
  xmpp::StanzaSink& sink_;
  Log& log_;
  std::mutex mutex_;
  Queue waiting_;
  bool pressed_ = false;
  bool told_ = false;
  bool telling_ = false;
  std::function<void(bool)> held_;
  Counter* dropped_ = nullptr;
  bool at_work_ = false;  // somebody hands the first one over, or the host will say when to
  InFlight in_flight_;
};

}  // namespace restanza::webhook
