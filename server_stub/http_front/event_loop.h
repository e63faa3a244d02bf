// SPDX-License-Identifier: MIT
// The thread that owns every connection: accepts, waits for sockets and deadlines, and lets the connections
// act.
//
// Threads: attend, refuse_new and renew any; listen, start and stop the owner's, one after the other.
// Ownership: owns the connections, the listening sockets and the thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "http_front/connection.h"
#include "http_front/deadlines.h"
#include "http_front/listener.h"
#include "http_front/tls_identity.h"

namespace restanza::host {

class EventLoop final : public Waker {
 public:
  // `relieve` gives waiting requests a thread where that is due; true: call again soon.
  EventLoop(FrontParts& parts, std::function<bool()> relieve, Log& log);
  ~EventLoop() override;

  Result<std::string> listen();
  void start();
  void refuse_new();
  void renew(std::shared_ptr<const TlsIdentity> tls);  // for connections to come
  void stop();                                         // closes every connection
  void attend(uint64_t connection) override;

 private:
  void run();
  int wait_time() const;  // in milliseconds, -1: for ever
  void accept_new(const Listener& listener);
  void add(Listener::Accepted accepted, bool local);
  void attend_posted();
  void expire_due();
  void settle(uint64_t number);  // forgets a closed connection, plans the next look at an open one
  void watch_listeners(bool on);
  void wake() const;

  // A line for the log that could come with every connection, and comes once in kSilence.
  struct Complaint {
    const std::string line;
    Instant again;
  };
  void complain(Complaint& complaint);

  FrontParts& parts_;
  const std::function<bool()> relieve_;
  Log& log_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  int epoll_ = -1;
  int wake_ = -1;
  std::thread thread_;
  std::atomic<bool> stopping_{false};

  std::mutex posted_mutex_;
  std::vector<uint64_t> posted_;

  std::mutex tls_mutex_;
  std::shared_ptr<const TlsIdentity> tls_;

  std::unordered_map<uint64_t, std::unique_ptr<Connection>> connections_;
  Deadlines deadlines_;
  // The first ones stand for the wake-up and the listeners.
  uint64_t last_number_ = FrontSettings::kMaxListeners;
  bool crowded_ = false;  // requests wait for a thread
  Instant accept_again_;  // set while the listeners rest
  bool listening_ = false;
  Complaint exhausted_, full_;
};

}  // namespace restanza::host
