// SPDX-License-Identifier: MIT
#include "webhook/http/watchdog.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/catch.h"
#include "support/fake_clock.h"
#include "webhook/http/received.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;

namespace {

// Two ends of one TCP connection over loopback.
struct Connected {
  int ours = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), theirs = -1;

  Connected() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener, generic, size) == 0);
    REQUIRE(::listen(listener, 1) == 0);
    REQUIRE(::getsockname(listener, generic, &size) == 0);
    REQUIRE(::connect(ours, generic, size) == 0);
    theirs = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    ::close(listener);
  }
  ~Connected() {
    ::close(ours);
    ::close(theirs);
  }
  Connected(const Connected&) = delete;
  Connected& operator=(const Connected&) = delete;

  // Sends so many bytes to our end, and reads them there.
  void receive(size_t count) const {
    const std::string bytes(count, 'x');
    REQUIRE(::send(theirs, bytes.data(), count, MSG_NOSIGNAL) == static_cast<ssize_t>(count));
    std::string got(count, ' ');
    REQUIRE(::recv(ours, got.data(), count, MSG_WAITALL) == static_cast<ssize_t>(count));
  }
};

// A watchdog over such a connection, for answers of up to 1000 bytes, whose time the test moves.
struct Watched {
  Watched() { watchdog->watch(connected.ours); }
  void pass(std::chrono::milliseconds time) {
    clock.advance(time);
    timer.run_due();
  }

  FakeClock clock;
  Timer timer{clock};
  const Connected connected;
  const std::shared_ptr<Watchdog> watchdog = std::make_shared<Watchdog>(timer, 1000);
};

}  // namespace

TEST_CASE("an answer may have as many bytes as the limit says, and one more ends its request") {
  Watched watched;
  const auto& watchdog = watched.watchdog;
  const int ours = watched.connected.ours;
  const auto look = [&] {
    watched.pass(Watchdog::kLook);
    return watchdog->cut();
  };
  for (int request = 0; request < 2; ++request) {  // what came for an earlier one does not count
    watchdog->begin(10s);
    watched.connected.receive(1000);
    CHECK(bytes_received(ours) == 1000u * (request + 1));
    CHECK(look() == Watchdog::Cut::no);
    CHECK(watchdog->finish() == Watchdog::Cut::no);
  }
  watchdog->begin(10s);
  watched.connected.receive(1001);
  CHECK(look() == Watchdog::Cut::flooded);
  CHECK_FALSE(watchdog->quiet());  // it was shut down
  CHECK(watchdog->finish() == Watchdog::Cut::flooded);
}

TEST_CASE("a request that is not over at its deadline is cut, and not before") {
  Watched watched;
  const auto& watchdog = watched.watchdog;
  watchdog->begin(100ms);
  watched.pass(99ms);
  CHECK(watchdog->cut() == Watchdog::Cut::no);
  watched.pass(1ms);
  CHECK(watchdog->finish() == Watchdog::Cut::late);
}

TEST_CASE("a kept connection is unheard up to so many bytes, and a new one never") {
  Watched watched;
  const auto& watchdog = watched.watchdog;
  CHECK_FALSE(watchdog->unheard(100));  // there was no request yet
  watchdog->begin(10s);
  CHECK(watchdog->unheard(0));
  watched.connected.receive(10);
  CHECK(watchdog->unheard(10));
  CHECK_FALSE(watchdog->unheard(9));
  watchdog->watch(watched.connected.ours);
  CHECK_FALSE(watchdog->unheard(100));
  watchdog->finish();
}

TEST_CASE("the end of what a peer sends counts as one byte at most") {
  Watched watched;
  watched.watchdog->begin(10s);
  REQUIRE(::shutdown(watched.connected.theirs, SHUT_WR) == 0);
  char none = 0;
  REQUIRE(::recv(watched.connected.ours, &none, 1, 0) == 0);
  CHECK(watched.watchdog->unheard(1));
  watched.watchdog->finish();
}
