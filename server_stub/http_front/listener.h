// SPDX-License-Identifier: GPL-3.0-or-later
// The listening socket.
//
// Threads: the loop's only, after open(). Ownership: owns the socket; an accepted one belongs to the caller.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace restanza::host {

class Listener {
 public:
  struct Accepted {
    int socket = -1;  // -1: nobody waits
    std::string peer;
    bool exhausted = false;  // no descriptor or memory is left: trying again at once would spin
  };

  Listener() = default;
  ~Listener() { close(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  Result<std::string> open(const std::string& address, uint16_t port);  // "127.0.0.1:5280", as it was bound
  Accepted accept() const;
  void close();
  int socket() const { return socket_; }  // -1: closed

 private:
  int socket_ = -1;
};

}  // namespace restanza::host
