// SPDX-License-Identifier: MIT
#include "webhook/http/address.h"

#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace restanza::webhook {
namespace {

struct Range4 {
  uint32_t start;
  int bits;
};

constexpr uint32_t ip(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr Range4 kSpecial4[] = {
    {ip(0, 0, 0, 0), 8},        // this network
    {ip(10, 0, 0, 0), 8},       // private
    {ip(100, 64, 0, 0), 10},    // shared by a provider's customers
    {ip(127, 0, 0, 0), 8},      // loopback
    {ip(169, 254, 0, 0), 16},   // link-local; clouds answer there with credentials
    {ip(172, 16, 0, 0), 12},    // private
    {ip(192, 0, 0, 0), 24},     // protocol assignments
    {ip(192, 0, 2, 0), 24},     // documentation
    {ip(192, 88, 99, 0), 24},   // relays of 6to4, withdrawn
    {ip(192, 168, 0, 0), 16},   // private
    {ip(198, 18, 0, 0), 15},    // benchmarks
    {ip(198, 51, 100, 0), 24},  // documentation
    {ip(203, 0, 113, 0), 24},   // documentation
    {ip(224, 0, 0, 0), 4},      // multicast
    {ip(240, 0, 0, 0), 4},      // reserved, and broadcast
};

using Bytes = std::array<uint8_t, 16>;

struct Range6 {
  Bytes start;
  int bits;
};

// All that is unicast and global is assigned from 2000::/3; loopback, local, unique-local, multicast and
// discarded addresses lie outside. Of what lies inside these are special. 2001::/23 holds Teredo and
// identifiers that are no places; its few global assignments are anycast services of the network itself.
constexpr Range6 kGlobal6 = {{0x20}, 3};
constexpr Range6 kSpecial6[] = {
    {{0x20, 0x01}, 23},              // protocol assignments
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x3f, 0xff}, 20},              // documentation
};

// Those that hold an IPv4 address, and at which byte.
struct Embedding {
  Range6 range;
  size_t at;
};
constexpr Embedding kEmbeddings[] = {
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12},  // mapped
    {{{0x00, 0x64, 0xff, 0x9b}, 96}, 12},                    // NAT64
    {{{0x20, 0x02}, 16}, 2},                                 // 6to4
};

bool within(uint32_t address, const Range4& range) {
  return (address ^ range.start) >> (32 - range.bits) == 0;
}

bool within(const Bytes& address, const Range6& range) {
  for (int bit = 0; bit < range.bits; bit += 8) {
    const auto at = static_cast<size_t>(bit / 8);
    const int rest = std::max(0, 8 - (range.bits - bit));
    if ((address[at] ^ range.start[at]) >> rest != 0) return false;
  }
  return true;
}

template <class Address, class Ranges>
bool within_any(const Address& address, const Ranges& ranges) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const auto& range) { return within(address, range); });
}

bool is_public4(uint32_t address) {
  return !within_any(address, kSpecial4);
}

bool is_public6(const Bytes& address) {
  for (const auto& [range, at] : kEmbeddings) {
    if (!within(address, range)) continue;
    return is_public4(ip(address[at], address[at + 1], address[at + 2], address[at + 3]));
  }
  return within(address, kGlobal6) && !within_any(address, kSpecial6);
}

}  // namespace

bool is_public(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return is_public4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return false;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  Bytes bytes{};
  std::copy(std::begin(v6.sin6_addr.s6_addr), std::end(v6.sin6_addr.s6_addr), bytes.begin());
  return is_public6(bytes);
}

std::string text_of(const sockaddr& address) {
  char text[NI_MAXHOST] = "";
  const socklen_t size = address.sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  ::getnameinfo(&address, size, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
  return text;
}

}  // namespace restanza::webhook
