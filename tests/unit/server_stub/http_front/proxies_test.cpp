// SPDX-License-Identifier: MIT
// Who a request is from, where proxies stand between.
#include "front_fixture.h"
#include "support/catch.h"

using namespace restanza;
using host::TrustedProxies;

namespace {

TrustedProxies trusting(const std::vector<std::string>& entries) {
  auto proxies = TrustedProxies::parse(entries);
  REQUIRE(proxies);
  return *proxies;
}

std::string refusal(const std::string& entry) {
  const auto proxies = TrustedProxies::parse({entry});
  return proxies ? "accepted" : proxies.error().text;
}

}  // namespace

TEST_CASE("addresses, networks and the Unix socket can be trusted") {
  const auto proxies =
      trusting({"127.0.0.1", "10.0.0.0/8", "192.168.4.0/23", "2001:db8::/33", "::1", "unix"});
  for (const char* peer : {"127.0.0.1", "::ffff:127.0.0.1", "10.0.0.0", "10.255.255.255", "192.168.5.1",
                           "2001:db8::1", "2001:db8:7fff::1", "::1", "::1%lo", "unix"}) {
    CAPTURE(peer);
    CHECK(proxies.trusts(peer));
  }
  for (const char* peer :
       {"127.0.0.2", "11.0.0.0", "9.255.255.255", "192.168.6.1", "2001:db8:8000::1", "::2", "", "nobody"}) {
    CAPTURE(peer);
    CHECK_FALSE(proxies.trusts(peer));
  }
  CHECK_FALSE(trusting({"127.0.0.1"}).trusts("unix"));
  CHECK_FALSE(TrustedProxies().trusts("127.0.0.1"));
  CHECK(trusting({"0.0.0.0/0"}).trusts("203.0.113.9"));
  CHECK_FALSE(trusting({"0.0.0.0/0"}).trusts("2001:db8::1"));
}

TEST_CASE("what is no address and no network is refused by its name") {
  for (const char* entry :
       {"localhost", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/x", "/8", "[::1]", "10.0.0.1:80"}) {
    CAPTURE(entry);
    CHECK(refusal(entry) == "must hold addresses, networks such as 10.0.0.0/8, or 'unix', and '" +
                                std::string(entry) + "' is none of them");
  }
  CHECK(refusal("10.0.0.1/8") == "holds '10.0.0.1/8', whose address has bits that its length does not count");
  CHECK(refusal("10.0.0.1/32") == "accepted");
  const std::vector<std::string> most(TrustedProxies::kMaxEntries, "10.0.0.1");
  CHECK(TrustedProxies::parse(most));
  auto more = most;
  more.emplace_back("10.0.0.1");
  CHECK_FALSE(TrustedProxies::parse(more));
}

TEST_CASE("the client is the last forwarded address that is not a proxy's") {
  struct Case {
    std::vector<std::string> headers;
    std::string client;
  };
  const Case cases[] = {
      {{}, "127.0.0.1"},
      {{"203.0.113.9"}, "203.0.113.9"},
      {{"203.0.113.9, 10.1.2.3"}, "203.0.113.9"},
      {{"198.51.100.1, 203.0.113.9, 10.1.2.3,10.1.2.4"},
       "203.0.113.9"},  // what stands before it anybody can write
      {{"nonsense, 203.0.113.9"}, "203.0.113.9"},
      {{"203.0.113.9", "10.1.2.3"}, "203.0.113.9"},  // two lines
      {{"198.51.100.1", "203.0.113.9"}, "203.0.113.9"},
      {{"203.0.113.9:4711"}, "203.0.113.9"},
      {{"2001:DB8:0::9"}, "2001:db8::9"},
      {{"[2001:db8::9]"}, "2001:db8::9"},
      {{"[2001:db8::9]:4711"}, "2001:db8::9"},
      {{"::ffff:203.0.113.9"}, "203.0.113.9"},
      {{"10.1.2.3, 10.1.2.4"}, "10.1.2.3"},  // proxies only: the first of them
      {{""}, "127.0.0.1"},
      {{"unknown"}, "127.0.0.1"},
      {{"203.0.113.9, unknown"}, "127.0.0.1"},
      {{"203.0.113.9, unknown, 10.1.2.3"}, "127.0.0.1"},
      {{"203.0.113.9,"}, "127.0.0.1"},
      {{"203.0.113.9, "}, "127.0.0.1"},
      {{"203.0.113.9", ""}, "127.0.0.1"},
      {{"203.0.113.9:"}, "127.0.0.1"},
      {{"[2001:db8::9"}, "127.0.0.1"},
      {{"[2001:db8::9]x"}, "127.0.0.1"},
      {{"203.0.113.9 10.1.2.3"}, "127.0.0.1"},
      {{"0203.0.113.9"}, "127.0.0.1"},
      {{"unix"}, "127.0.0.1"},
  };
  const auto proxies = trusting({"127.0.0.1", "10.0.0.0/8", "unix"});
  for (const auto& [headers, client] : cases) {
    std::vector<host::Header> given{{"Host", "a"}};
    std::string shown;
    for (const auto& header : headers) {
      given.emplace_back("x-forwarded-for", header);
      given.emplace_back("X-Forwarded-Forge", "192.0.2.1");
      shown += header + "; ";
    }
    CAPTURE(shown);
    CHECK(proxies.client_of("127.0.0.1", given) == client);
  }
}

namespace {

void tell_peer(host::Front& front, host::ExchangeId id, const host::HttpRequest& request) {
  front.respond(id, 200, {}, request.peer);
}

}  // namespace

TEST_CASE("a handler is told the client that a trusted proxy names, and nobody else's word counts") {
  const std::string forwarded = get("/now", "X-Forwarded-For: 203.0.113.9\r\n");
  host::FrontSettings settings;
  settings.trusted_proxies = trusting({"127.0.0.1"});
  FrontFixture behind_proxy(settings, tell_peer);
  RawClient proxy(behind_proxy.port);
  CHECK(proxy.exchange(forwarded).body == "203.0.113.9");
  CHECK(proxy.exchange(get("/now")).body == "127.0.0.1");

  settings.trusted_proxies = trusting({"10.0.0.0/8", "unix"});
  FrontFixture open(settings, tell_peer);
  CHECK(RawClient(open.port).exchange(forwarded).body == "127.0.0.1");
}
