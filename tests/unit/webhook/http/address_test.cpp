// SPDX-License-Identifier: MIT
#include "webhook/http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "support/catch.h"

using namespace restanza::webhook;

namespace {

sockaddr_storage address(const std::string& text) {
  sockaddr_storage storage{};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    storage.ss_family = AF_INET;
  } else {
    REQUIRE(::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1);
    storage.ss_family = AF_INET6;
  }
  return storage;
}

bool open(const std::string& text) {
  const sockaddr_storage storage = address(text);
  return is_public(*reinterpret_cast<const sockaddr*>(&storage));
}

}  // namespace

TEST_CASE("the special ranges of IPv4 are not public, and their neighbours are") {
  const struct {
    const char *before, *first, *last, *after;  // empty: none, or special itself
  } ranges[] = {
      {"", "0.0.0.0", "0.255.255.255", "1.0.0.0"},
      {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
      {"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
      {"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"},
      {"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"},
      {"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
      {"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
      {"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
      {"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"},
      {"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
      {"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
      {"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"},
      {"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"},
      {"223.255.255.255", "224.0.0.0", "239.255.255.255", ""},
      {"", "240.0.0.0", "255.255.255.255", ""},
  };
  for (const auto& range : ranges) {
    CAPTURE(range.first);
    CHECK_FALSE(open(range.first));
    CHECK_FALSE(open(range.last));
    if (*range.before) CHECK(open(range.before));
    if (*range.after) CHECK(open(range.after));
  }
  CHECK(open("8.8.8.8"));
}

TEST_CASE("the special ranges of IPv6 are not public, and their neighbours are") {
  for (const char* shut : {"::",
                           "::1",
                           "::7f00:1",
                           "100::1",
                           "100:0:0:1::",
                           "5f00::1",
                           "fc00::1",
                           "fdff::1",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "ff02::1",
                           "64:ff9b:1::808:808",
                           "2001::1",
                           "2001:1ff:ffff::",
                           "2001:db8::1",
                           "2001:db8:ffff::1",
                           "3fff::1",
                           "3fff:fff::1",
                           "1fff:ffff::",
                           "4000::"}) {
    CAPTURE(shut);
    CHECK_FALSE(open(shut));
  }
  for (const char* world : {"2000::1", "2001:200::1", "2001:db7::1", "2001:db9::1", "2003::1",
                            "2606:4700::1111", "2a00:1450:4001::1", "3ffe::1", "3fff:1000::1"}) {
    CAPTURE(world);
    CHECK(open(world));
  }
}

TEST_CASE("an IPv6 address that stands for an IPv4 one is what that one is") {
  for (const std::string prefix : {"::ffff:", "64:ff9b::"}) {
    CAPTURE(prefix);
    CHECK(open(prefix + "8.8.8.8"));
    CHECK_FALSE(open(prefix + "127.0.0.1"));
    CHECK_FALSE(open(prefix + "10.1.2.3"));
  }
  CHECK(open("2002:808:808::1"));
  CHECK_FALSE(open("2002:7f00:1::1"));
  CHECK_FALSE(open("2002:a01:203::1"));
}

TEST_CASE("what is no address of the internet is not public") {
  sockaddr local{};
  local.sa_family = AF_UNIX;
  CHECK_FALSE(is_public(local));
}

TEST_CASE("addresses are shown as people write them") {
  for (const std::string text : {"192.0.2.1", "2001:db8::1"}) {
    const sockaddr_storage storage = address(text);
    CHECK(text_of(*reinterpret_cast<const sockaddr*>(&storage)) == text);
  }
}
