// SPDX-License-Identifier: MIT
// Every connection of the front: takes new ones, and lets each act when its socket, its outbox or its
// deadline asks for it.
//
// Threads: attend, refuse_new and renew any; listen, start and stop the owner's, one after the other; all
// else happens on the thread of the loop. Ownership: owns the connections, the listeners and the loop.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "http_front/connection.h"
#include "http_front/deadlines.h"
#include "net/event_loop.h"
#include "net/listener.h"
#include "net/tls_identity.h"

namespace restanza::host {

class Connections final : public OutboxObserver, private EventLoop::SharedHandler {
 public:
  // `relieve` gives waiting requests a thread where that is due; true: call again soon.
  Connections(FrontParts& parts, std::function<bool()> relieve, Log& log);
  ~Connections() override;

  Result<std::string> listen();
  void start();
  void refuse_new();
  void renew(std::shared_ptr<const TlsIdentity> tls);  // for connections to come
  void stop();                                         // closes every connection
  void attend(uint64_t connection) override;

 private:
  void ready(uint64_t connection, uint32_t events) override;
  std::optional<Instant> turn_over() override;

  void add(Listener::Accepted accepted);
  void add_as(Listener::Accepted accepted, std::shared_ptr<Outbox>& outbox);
  bool make_room();  // for a newcomer; false: nobody can go
  void attend_now(uint64_t connection);
  void expire_due();
  template <class Act>
  void act_or_drop(uint64_t connection, Act act);
  void settle(uint64_t connection);  // forgets a closed connection, plans the next look at an open one
  void drop(uint64_t connection);

  // A line for the log that could come with every connection, and comes once in kSilence.
  struct Complaint {
    const std::string line;
    Instant again;
  };
  void complain(Complaint& complaint);

  FrontParts& parts_;
  const std::function<bool()> relieve_;
  Log& log_;
  const SystemClock clock_;
  EventLoop loop_;
  std::vector<std::unique_ptr<Listener>> listeners_;

  std::mutex tls_mutex_;
  std::shared_ptr<const TlsIdentity> tls_;

  std::unordered_map<uint64_t, std::unique_ptr<Connection>> connections_;
  Deadlines deadlines_;
  uint64_t last_number_ = 0;
  Complaint exhausted_, full_;
};

}  // namespace restanza::host
