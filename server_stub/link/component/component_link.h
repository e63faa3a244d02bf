// SPDX-License-Identifier: GPL-3.0-or-later
// A plugin's domain as a component of a real server (XEP-0114). The link logs in, again and again where it
// must, each time after a longer wait; keeps what cannot go out meanwhile; and answers what no hook took.
//
// XEP-0114 has no acknowledgement: what the socket took and a broken connection lost is gone.
//
// Threads: one of its own, which owns the connection and on which every callback runs, without a lock: a
// component whose hooks take their time, or whose server is slow, holds up no other. `start` comes first. The
// destructor ends the link at once and waits for the thread, so it must not run there. Inbound, log, clock
// and what the events captured outlive the link.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "link/component/component_session.h"
#include "link/component/out_queue.h"
#include "link/domain_service.h"
#include "link/xmpp_link.h"
#include "net/backoff.h"
#include "net/resolver.h"

namespace restanza::host {

struct ComponentSettings {
  std::string host = "127.0.0.1";
  uint16_t port = 5347;
  std::string domain;  // prepared
  std::string secret;
  uint64_t max_stanza = 262144;  // bytes; a server ends the stream over one that is too large for it
  OutLimits queue;
  ConnectionTimes times;
  std::chrono::milliseconds login{15000};  // for one attempt
  std::chrono::milliseconds first_retry{500};
  std::chrono::milliseconds longest_retry{30000};
};

struct ComponentEvents {
  std::function<void()> ready;  // the first handshake was accepted
  // The secret is wrong: no login has succeeded yet, and the server says not-authorized. The link does not
  // try again. Once it has been logged in, it does: then the server is being changed under it.
  std::function<void()> refused;
};

class ComponentLink final : public Link {
 public:
  ComponentLink(ComponentSettings settings, Inbound& inbound, Log& log, const Clock& clock,
                ComponentEvents events);
  ~ComponentLink() override;
  ComponentLink(const ComponentLink&) = delete;
  ComponentLink& operator=(const ComponentLink&) = delete;

  void start() override;

  xp_status send(xmpp::Stanza stanza, std::function<void()> writable) override;
  void post(std::function<void()> work) override;
  bool up() const override { return up_; }
  uint64_t max_stanza() const override { return settings_.max_stanza; }
  void close(std::chrono::milliseconds within, std::function<void(size_t unsent)> done) override;

  // [any] Stanzas that arrived and could be neither taken nor answered.
  uint64_t dropped() const { return dropped_; }

 private:
  void run();
  void take_turn();
  short wait();
  void run_posted();
  void advance(short events);
  void log_in(const Resolution::Outcome& addresses);
  void accepted();
  std::string told_of_absence() const;
  void lost(const std::string& why, const std::string& cause);
  void logged_out();
  bool finished();
  void finish();

  void received(const xml::Document& element);
  void take(const xml::Document& element);
  void settle(const xmpp::Stanza& stanza, Offer offer);
  void reply(xmpp::Stanza stanza);
  void drop();

  const ComponentSettings settings_;
  Inbound& inbound_;
  Log& log_;
  const Clock& clock_;
  const ComponentEvents events_;
  const DomainService service_;
  const std::shared_ptr<Wakeup> wakeup_;
  OutQueue queue_;
  std::atomic<bool> up_{false};
  std::atomic<uint64_t> dropped_{0};

  // The link's thread only.
  bool crowded_ = false;  // the last write held several stanzas
  Backoff backoff_;
  std::shared_ptr<Resolution> resolution_;
  std::unique_ptr<ComponentSession> session_;
  Instant next_attempt_;
  Instant next_drop_line_;
  std::string said_;      // why it is not connected, as the log has it; empty: it is, or has not tried
  Instant away_since_{};  // while said_ says something
  bool been_up_ = false;
  bool refused_ = false;
  bool logging_out_ = false;  // our end of the stream is said

  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;  // each caller has at most a few things under way
  bool ended_ = false;                         // nothing is posted any more
  bool closing_ = false;
  Instant close_by_;
  std::function<void(size_t)> closed_;

  std::thread thread_;
};

}  // namespace restanza::host
