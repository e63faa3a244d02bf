// SPDX-License-Identifier: GPL-3.0-or-later
// The socket that clients connect to, on a loopback address. `listen` before the loop runs, the rest on the
// loop's thread. Owns its descriptor; an accepted one belongs to whom it is handed to.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "local_server/event_loop.h"

namespace restanza::host::local {

// Whether the text is an address of this machine only: 127.0.0.0/8 or ::1.
bool is_loopback(const std::string& address);

class Listener {
 public:
  Listener(EventLoop& loop, std::function<void(int fd)> accepted);
  ~Listener() { close(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // The address with the port that was chosen: "127.0.0.1:5222", "[::1]:5222".
  Result<std::string> listen(const std::string& address, uint16_t port);
  void close();

 private:
  void accept_some();

  EventLoop& loop_;
  const std::function<void(int fd)> accepted_;
  int fd_ = -1;
  EventLoop::Token watch_ = 0;
  EventLoop::Token pause_ = 0;
};

}  // namespace restanza::host::local
