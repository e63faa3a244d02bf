// SPDX-License-Identifier: MIT
// Where a server listens. A plain value.
#pragma once

#include <cstdint>
#include <string>

namespace restanza::host {

// An address with a port, or the path of a Unix socket.
struct ListenAddress {
  std::string host;
  uint16_t port = 0;  // 0: a free one
  std::string path;   // empty: TCP
};

}  // namespace restanza::host
