// SPDX-License-Identifier: MIT
// The proxies whose word counts when they name a request's client in X-Forwarded-For. Everybody else could
// write anything there.
//
// Threads: any. Ownership: a value.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace restanza::host {

inline constexpr const char* kUnixPeer = "unix";  // whoever comes through a Unix socket has no address

class TrustedProxies {
 public:
  static constexpr size_t kMaxEntries = 1000;

  TrustedProxies() = default;
  // Addresses, networks such as "10.0.0.0/8", and "unix" for everybody on a Unix socket.
  static Result<TrustedProxies> parse(const std::vector<std::string>& entries);

  bool trusts(std::string_view peer) const;

  // For a request from a peer that is trusted: the last address of its X-Forwarded-For that is not trusted as
  // well; where all are, the first one; where there is none, or no address, `peer` itself.
  std::string client_of(const std::string& peer,
                        const std::vector<std::pair<std::string, std::string>>& headers) const;

  bool operator==(const TrustedProxies& other) const {
    return unix_ == other.unix_ && networks_ == other.networks_;
  }

 private:
  using Address = std::array<unsigned char, 16>;  // IPv4 as IPv6 maps it, so that one comparison serves both
  struct Network {
    Address address;
    unsigned bits;  // that count
    bool operator==(const Network& other) const { return address == other.address && bits == other.bits; }
  };

  static Result<Network> parse_network(const std::string& entry);
  bool trusts(const Address& address) const;

  std::vector<Network> networks_;
  bool unix_ = false;
};

}  // namespace restanza::host
