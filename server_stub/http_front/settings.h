// SPDX-License-Identifier: MIT
// What a front is told before it starts: where it listens, with which certificate, which proxies it believes,
// and its limits. Plain values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "http_front/message/head_limits.h"
#include "http_front/trusted_proxies.h"
#include "net/listen_address.h"

namespace restanza::host {

class TlsIdentity;

inline constexpr const char* kHttpOverTls = "http/1.1";  // its name in RFC 7301

struct FrontSettings : HeadLimits {
  static constexpr size_t kMaxListeners = 16;

  std::vector<ListenAddress> listen{{"127.0.0.1", 0, ""}};  // at most kMaxListeners
  std::shared_ptr<const TlsIdentity> tls;                   // for TCP; null: unencrypted
  TrustedProxies trusted_proxies;
  size_t max_connections = 32768;                 // further ones are closed at once
  size_t max_exchanges = 65536;                   // that await a completion; further requests get 503
  size_t max_threads = 64;                        // of the pool; it grows on demand
  size_t max_request_memory = 64 * 1024 * 1024;   // of all that arrive, and of all that wait; past it 503
  size_t max_stream_buffer = 256 * 1024;          // unsent bytes of a streamed answer; past it XP_WOULD_BLOCK
  std::chrono::milliseconds thread_time{10000};   // after which an idle thread of the pool ends
  std::chrono::milliseconds request_time{30000};  // from a request's first byte to its last; then 408. Also
                                                  // for the handshake of TLS
  std::chrono::milliseconds idle_time{75000};     // between requests of a connection
  std::chrono::milliseconds write_time{30000};    // without progress; then the connection is closed
};

}  // namespace restanza::host
