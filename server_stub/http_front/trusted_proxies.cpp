// SPDX-License-Identifier: MIT
#include "http_front/trusted_proxies.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/str.h"

namespace restanza::host {
namespace {

using Address = std::array<unsigned char, 16>;

constexpr Address kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};  // RFC 4291, 2.5.5.2
constexpr size_t kMappedBytes = 12;
constexpr unsigned kAllBits = 128;

// An address without brackets, port or anything else.
std::optional<Address> parse_bare(std::string_view text) {
  const std::string copy(text);
  Address address = kMapped;
  if (inet_pton(AF_INET, copy.c_str(), address.data() + kMappedBytes) == 1) return address;
  if (inet_pton(AF_INET6, copy.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

// As proxies write it: "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711".
std::optional<Address> parse_forwarded(std::string_view text) {
  if (!text.empty() && text.front() == '[') {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view port = text.substr(end + 1);
    if (!port.empty() && (port.front() != ':' || !parse_number(port.substr(1)))) return std::nullopt;
    return parse_bare(text.substr(1, end - 1));
  }
  const size_t colon = text.find(':');
  if (colon != std::string_view::npos && colon == text.rfind(':')) {
    if (!parse_number(text.substr(colon + 1))) return std::nullopt;
    text = text.substr(0, colon);
  }
  return parse_bare(text);
}

std::string text_of(const Address& address) {
  const bool mapped = std::equal(kMapped.begin(), kMapped.begin() + kMappedBytes, address.begin());
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(mapped ? AF_INET : AF_INET6, address.data() + (mapped ? kMappedBytes : 0), text.data(),
            text.size());
  return text.data();
}

bool same_bits(const Address& a, const Address& b, unsigned bits) {
  const size_t whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + static_cast<ptrdiff_t>(whole), b.begin())) return false;
  return bits % 8 == 0 || ((a[whole] ^ b[whole]) >> (8 - bits % 8)) == 0;
}

}  // namespace

Result<TrustedProxies::Network> TrustedProxies::parse_network(const std::string& entry) {
  const Error no_network{"must hold addresses, networks such as 10.0.0.0/8, or 'unix', and '" + entry +
                         "' is none of them"};
  const size_t slash = entry.find('/');
  const auto address = parse_bare(std::string_view(entry).substr(0, slash));
  if (!address) return no_network;
  if (slash == std::string::npos) return Network{*address, kAllBits};
  const bool four = entry.find(':') == std::string::npos;
  const auto length = parse_number(std::string_view(entry).substr(slash + 1));
  if (!length || *length > (four ? 32 : kAllBits)) return no_network;
  const Network network{*address, static_cast<unsigned>(*length) + (four ? kAllBits - 32 : 0)};
  // Bits that would not count are a slip of the pen, and who is believed is no place for one.
  for (unsigned bit = network.bits; bit < kAllBits; ++bit) {
    if ((network.address[bit / 8] >> (7 - bit % 8) & 1) != 0)
      return Error{"holds '" + entry + "', whose address has bits that its length does not count"};
  }
  return network;
}

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& entries) {
  TrustedProxies proxies;
  if (entries.size() > kMaxEntries)
    return Error{"holds more than " + std::to_string(kMaxEntries) + " entries: write networks"};
  for (const std::string& entry : entries) {
    if (entry == kUnixPeer) {
      proxies.unix_ = true;
      continue;
    }
    const auto network = parse_network(entry);
    if (!network) return network.error();
    proxies.networks_.push_back(*network);
  }
  return proxies;
}

bool TrustedProxies::trusts(const Address& address) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    return same_bits(network.address, address, network.bits);
  });
}

bool TrustedProxies::trusts(std::string_view peer) const {
  if (peer == kUnixPeer) return unix_;
  if (networks_.empty()) return false;
  const auto address = parse_bare(peer.substr(0, peer.find('%')));  // without the zone of a link-local one
  return address && trusts(*address);
}

std::string TrustedProxies::client_of(const std::string& peer,
                                      const std::vector<std::pair<std::string, std::string>>& headers) const {
  std::optional<Address> first;
  for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
    if (!ascii_equal(header->first, "X-Forwarded-For")) continue;
    std::string_view rest = header->second;
    for (bool more = true; more;) {
      const size_t comma = rest.rfind(',');
      more = comma != std::string_view::npos;
      const auto address = parse_forwarded(trim(more ? rest.substr(comma + 1) : rest));
      if (!address) return peer;
      if (!trusts(*address)) return text_of(*address);
      first = address;
      if (more) rest = rest.substr(0, comma);
    }
  }
  return first ? text_of(*first) : peer;
}

}  // namespace restanza::host
