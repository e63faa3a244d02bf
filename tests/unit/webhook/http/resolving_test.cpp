// SPDX-License-Identifier: MIT
#include "webhook/http/resolving.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <deque>

#include "support/catch.h"

using namespace restanza;
using namespace restanza::webhook;

namespace {

// What the resolver says of a name.
struct Resolved {
  std::deque<sockaddr_in> bytes;
  std::deque<addrinfo> list;

  Resolved& add(const char* text) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    REQUIRE(::inet_pton(AF_INET, text, &address.sin_addr) == 1);
    bytes.push_back(address);
    addrinfo entry{};
    entry.ai_family = AF_INET;
    entry.ai_socktype = SOCK_STREAM;
    entry.ai_addr = reinterpret_cast<sockaddr*>(&bytes.back());
    entry.ai_addrlen = sizeof address;
    list.push_back(entry);
    if (list.size() > 1) list[list.size() - 2].ai_next = &list.back();
    return *this;
  }
  Addresses allowed(bool public_only) const {
    return webhook::allowed(list.empty() ? nullptr : &list.front(), "h", public_only);
  }
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("addresses come as numbers, in the resolver's order") {
  CHECK(*Resolved().add("127.0.0.1").add("10.1.2.3").add("9.9.9.9").allowed(false) ==
        Texts{"127.0.0.1", "10.1.2.3", "9.9.9.9"});
  CHECK(Resolved().allowed(false).error().text == "'h' has no address");
}

TEST_CASE("only what is public is left where only that is allowed") {
  CHECK(*Resolved().add("127.0.0.1").add("9.9.9.9").add("10.1.2.3").allowed(true) == Texts{"9.9.9.9"});
  CHECK(Resolved().add("127.0.0.1").allowed(true).error().text ==
        "127.0.0.1 is not a public address, and rest_callback_public_only is on");
}

TEST_CASE("a name that is an address is resolved without a name server") {
  CHECK(*resolve(*Url::parse("http://127.0.0.1:8080/"), false) == Texts{"127.0.0.1"});
  CHECK(*resolve(*Url::parse("https://[::1]/"), false) == Texts{"::1"});
  CHECK(resolve(*Url::parse("http://[::1]/"), true).error().text ==
        "::1 is not a public address, and rest_callback_public_only is on");
}
