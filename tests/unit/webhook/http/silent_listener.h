// SPDX-License-Identifier: MIT
// A listener on loopback that takes no more: its backlog is full, and attempts to connect get no answer.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <vector>

#include "support/catch.h"

namespace restanza::webhook {

struct SilentListener {
  int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::vector<int> fillers;
  uint16_t port = 0;

  // `host` is an address of loopback; port 0 takes a free one.
  explicit SilentListener(const char* host = "127.0.0.1", uint16_t wanted = 0) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(wanted);
    REQUIRE(::inet_pton(AF_INET, host, &address.sin_addr) == 1);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener, generic, size) == 0);
    REQUIRE(::listen(listener, 0) == 0);
    REQUIRE(::getsockname(listener, generic, &size) == 0);
    port = ntohs(address.sin_port);
    for (int i = 0; i < 4; ++i) {
      fillers.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      static_cast<void>(::connect(fillers.back(), generic, size));
    }
  }
  SilentListener(const SilentListener&) = delete;
  SilentListener& operator=(const SilentListener&) = delete;
  ~SilentListener() {
    for (const int filler : fillers) ::close(filler);
    ::close(listener);
  }
};

}  // namespace restanza::webhook
