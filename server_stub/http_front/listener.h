// SPDX-License-Identifier: MIT
// A listening socket, TCP or Unix.
//
// Threads: the loop's only, after open(). Ownership: owns the socket; an accepted one belongs to the caller.
#pragma once

#include <string>

#include "base/result.h"
#include "http_front/settings.h"
#include "http_front/socket_file.h"

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

  Result<std::string> open(const ListenAddress& at);  // "127.0.0.1:5280" or "unix:/path", as it was bound
  Accepted accept() const;
  void close();
  int socket() const { return socket_; }  // -1: closed
  bool local() const { return local_; }   // a Unix socket

 private:
  Result<std::string> open_tcp(const std::string& address, uint16_t port);
  Result<std::string> open_unix(const std::string& path);

  int socket_ = -1;
  bool local_ = false;
  SocketFile file_;
};

}  // namespace restanza::host
