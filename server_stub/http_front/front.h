// SPDX-License-Identifier: MIT
// The host's HTTP/1.1 server: an epoll loop that owns the sockets, an elastic pool of threads that handle the
// requests, and exchanges that are answered at once, later, or as a stream. A parked exchange keeps no
// thread.
//
// Threads: handlers run on pool threads, watches and pieces of bodies on the loop's thread or within `watch`,
// `read`, `stop` and what ends an exchange; no lock is held during any. The exchange functions are for any
// thread and never block. Ownership: everything passed in is copied or moved; an ExchangeId is a plain number
// and stays safe to use for ever.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "http_front/exchanges.h"
#include "http_front/settings.h"

namespace restanza::host {

class Front final : public Exchanges {
 public:
  // The routes and the log must outlive the front.
  Front(FrontSettings settings, RouteLookup& routes, Log& log);
  ~Front() override;
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  // Binds; "127.0.0.1:5280,unix:/run/x.sock", in the order of the settings, with the ports that were chosen.
  Result<std::string> listen();
  void start();  // begins to accept
  // For connections that come from now on; those that are there go on as they began. For a front with TLS
  // only. Any thread.
  void renew(std::shared_ptr<const TlsIdentity> tls);
  void refuse_new();  // for the drain: no new connections; new requests on old ones get 503 and close
  void stop();        // closes everything and joins the threads; handlers must have returned

  xp_status respond(ExchangeId id, int code, const std::vector<Header>& headers, std::string body) override;
  xp_status begin(ExchangeId id, int code, const std::vector<Header>& headers) override;
  xp_status write(ExchangeId id, std::string_view chunk) override;
  xp_status end(ExchangeId id) override;
  // A client that closed its sending half has left unless the handler answers before it returns.
  xp_status watch(ExchangeId id, Watch watch) override;
  xp_status read(ExchangeId id, BodyPiece piece) override;

  size_t open_exchanges() const;  // requests that were handed out and are not answered yet

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace restanza::host
