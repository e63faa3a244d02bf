// SPDX-License-Identifier: MIT
#include "webhook/connecting.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <deque>

#include "support/catch.h"
#include "unit/webhook/http_endpoint.h"
#include "unit/webhook/silent_listener.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;

namespace {

// Addresses as the resolver returns them.
struct Addresses {
  std::deque<sockaddr_in> bytes;
  std::deque<addrinfo> list;

  Addresses& add(const char* text, uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
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
};

uint16_t port_of(const HttpEndpoint& endpoint) {
  const std::string url = endpoint.url("");
  return static_cast<uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
}

struct Attempt {
  SystemClock clock;
  Timer timer{clock};
  std::shared_ptr<Watchdog> watchdog = std::make_shared<Watchdog>(timer);
  int socket = -1;
  std::string failure;

  Attempt(const Addresses& addresses, bool public_only, std::chrono::milliseconds within = kPatience) {
    const addrinfo* list = addresses.list.empty() ? nullptr : &addresses.list.front();
    const auto connected = connect_to_any(list, "h", public_only, clock.now() + within, *watchdog);
    if (connected) socket = *connected;
    if (!connected) failure = connected.error().text;
  }
  ~Attempt() {
    if (socket >= 0) ::close(socket);
  }
};

HttpEndpoint::Connection waits() {
  return [](int connection, size_t) { read_request(connection); };
}

uint16_t closed_port() {
  const HttpEndpoint gone(waits());
  return port_of(gone);
}

}  // namespace

TEST_CASE("an address that refuses is passed over for the next") {
  HttpEndpoint endpoint(waits());
  const uint16_t closed = closed_port();
  CHECK(Attempt(Addresses().add("127.0.0.1", closed).add("127.0.0.1", port_of(endpoint)), false).socket >= 0);
  CHECK(Attempt(Addresses().add("127.0.0.1", closed), false).failure ==
        "could not connect to 127.0.0.1: Connection refused");
  CHECK(Attempt(Addresses(), false).failure == "'h' has no address");
}

TEST_CASE("an address that is silent leaves time for the next") {
  const SilentListener silent;
  HttpEndpoint endpoint(waits());
  const auto begin = std::chrono::steady_clock::now();
  const Attempt attempt(Addresses().add("127.0.0.1", silent.port).add("127.0.0.1", port_of(endpoint)), false,
                        400ms);
  CHECK(attempt.socket >= 0);
  CHECK(std::chrono::steady_clock::now() - begin >= 150ms);  // half of the time, for the first
}

TEST_CASE("only what is public is tried where only that is allowed") {
  HttpEndpoint endpoint(waits());
  const uint16_t port = port_of(endpoint);
  CHECK(Attempt(Addresses().add("127.0.0.1", port), true).failure ==
        "127.0.0.1 is not a public address, and rest_callback_public_only is on");
  CHECK(Attempt(Addresses().add("10.1.2.3", port).add("127.0.0.1", port), true).socket < 0);
  CHECK(endpoint.connections() == 0);
}

TEST_CASE("after the watchdog has cut no further address is tried") {
  HttpEndpoint endpoint(waits());
  Addresses addresses;
  addresses.add("127.0.0.1", port_of(endpoint));
  SystemClock clock;
  Timer timer(clock);
  const auto watchdog = std::make_shared<Watchdog>(timer);
  watchdog->abort();
  CHECK_FALSE(connect_to_any(&addresses.list.front(), "h", false, clock.now() + kPatience, *watchdog));
  CHECK(endpoint.connections() == 0);
}

TEST_CASE("a connection does not wait for acknowledgements, and nobody inherits it") {
  HttpEndpoint endpoint(waits());
  const Attempt attempt(Addresses().add("127.0.0.1", port_of(endpoint)), false);
  REQUIRE(attempt.socket >= 0);
  int nodelay = 0;
  socklen_t size = sizeof nodelay;
  REQUIRE(::getsockopt(attempt.socket, IPPROTO_TCP, TCP_NODELAY, &nodelay, &size) == 0);
  CHECK(nodelay != 0);
  CHECK((::fcntl(attempt.socket, F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((::fcntl(attempt.socket, F_GETFL) & O_NONBLOCK) == 0);
}
