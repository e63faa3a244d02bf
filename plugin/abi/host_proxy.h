// SPDX-License-Identifier: MIT
// The host as an implementation of the plugin's interfaces: each call goes through the vtable of xp.h, and
// what comes back as a ctx is freed by its release. Any thread. The xp_host outlives the proxy.
#pragma once

#include <memory>
#include <string>

#include "base/in_flight.h"
#include "base/log.h"
#include "http/exchange.h"
#include "rest/access/credentials.h"
#include "xmpp/stanza_sink.h"
#include "xp.h"

namespace restanza::abi {

using Owner = std::weak_ptr<void>;

class HostLog final : public Log {
 public:
  explicit HostLog(const xp_host* host) : host_(host) {}
  void write(Level level, std::string_view line) override;

 private:
  const xp_host* host_;
};

class HostSink final : public xmpp::StanzaSink {
 public:
  HostSink(const xp_host* host, Owner owner) : host_(host), owner_(std::move(owner)) {}
  xmpp::Sent send(const xmpp::Stanza& stanza, std::function<void()> writable) override;

 private:
  xp_status hand_over(const xmpp::Stanza& stanza, const xp_watch* retry) const;

  const xp_host* host_;
  const Owner owner_;
};

class HostAccounts final : public rest::Accounts {
 public:
  explicit HostAccounts(const xp_host* host);
  bool available() const override { return auth_ != nullptr; }
  void check(const std::string& name, const std::string& password,
             std::function<void(Verdict, std::string)> verdict) override;
  bool knows_bearers() const override { return principals_ != nullptr; }
  void check_bearer(const std::string& token,
                    std::function<void(Verdict, const Principal&)> verdict) override;

 private:
  const xp_host* host_;
  const xp_auth* auth_;
  const xp_principals* principals_;
};

// Whether the link is up; hosts without the extension are taken to be always connected.
bool link_up(const xp_host* host);

// Whether bodies of some requests can come in pieces.
bool streams_some(const xp_host* host);

// The exchange of one request. `open` counts it until it has been answered.
http::Exchange exchange_of(const xp_host* host, xp_exchange* handle, std::shared_ptr<InFlight> open,
                           Owner owner);
http::Request request_of(const xp_request& request, std::string_view prefix);

}  // namespace restanza::abi
