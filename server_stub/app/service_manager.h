// SPDX-License-Identifier: GPL-3.0-or-later
// Tells the service manager how far the program is, by the protocol that sd_notify(3) documents: datagrams of
// KEY=VALUE lines to the Unix socket that $NOTIFY_SOCKET names. Without that variable nothing is sent, so
// that the program runs the same way by hand. It needs no library of systemd.
//
// Any thread; a message waits at most kPatience for the receiver's queue, and is lost after that.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <string>

#include "base/result.h"

namespace restanza::host {

class ServiceManager {
 public:
  static constexpr std::chrono::milliseconds kPatience{1000};

  ServiceManager() = default;  // nobody is told

  // `socket`: a path, or '@' and a name in the abstract namespace; empty: nobody is told. An error where it
  // is neither, or longer than an address of a Unix socket.
  static Result<ServiceManager> at(const std::string& socket);
  static Result<ServiceManager> of_environment();  // $NOTIFY_SOCKET

  // Each gives whether the message was taken, or nobody is to be told.
  bool ready() const;      // everything listens; also the end of a reload
  bool reloading() const;  // followed by `ready`
  bool stopping() const;
  bool status(const std::string& line) const;  // for `systemctl status`: one line of UTF-8

 private:
  bool send(const std::string& message) const;

  sockaddr_un address_{};
  socklen_t size_ = 0;  // of the address; 0: nobody
};

}  // namespace restanza::host
