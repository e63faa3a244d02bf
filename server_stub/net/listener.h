// SPDX-License-Identifier: MIT
// A listening socket on an event loop, TCP or Unix. Where no descriptor or memory is left for who connects,
// they wait: it rests a little and tries again.
//
// Threads: the loop's, or the owner's while the loop does not run. Ownership: owns the socket and its file;
// an accepted one belongs to the handler. The loop outlives it.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "net/event_loop.h"
#include "net/listen_address.h"
#include "net/socket_file.h"

namespace restanza::host {

class Listener {
 public:
  struct Accepted {
    int socket;        // does not block; TCP without delay
    bool local;        // over a Unix socket
    std::string peer;  // its address in digits; empty where it is local
  };
  struct Handlers {
    std::function<void(Accepted)> accepted;
    std::function<bool()> exhausted;  // nothing is left for a newcomer; true: now there is. May be empty
  };

  Listener(EventLoop& loop, Handlers handlers) : loop_(loop), handlers_(std::move(handlers)) {}
  ~Listener() { close(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  Result<std::string> open(const ListenAddress& at);  // "127.0.0.1:5280" or "unix:/path", as it was bound
  void start();                                       // accepts from now on
  void close();

 private:
  enum class Taken { one, none, exhausted };

  Result<std::string> open_tcp(const std::string& address, uint16_t port);
  Result<std::string> open_unix(const std::string& path);
  void accept_some();
  Taken accept_one();
  void rest();

  EventLoop& loop_;
  const Handlers handlers_;
  int socket_ = -1;
  bool local_ = false;
  SocketFile file_;
  EventLoop::Token watch_ = 0;
  EventLoop::Token rest_ = 0;
};

}  // namespace restanza::host
