// SPDX-License-Identifier: MIT
#include "webhook/watchdog.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/catch.h"
#include "support/fake_clock.h"
#include "webhook/received.h"

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

}  // namespace

TEST_CASE("an answer may have as many bytes as the limit says, and one more ends its request") {
  FakeClock clock;
  Timer timer(clock);
  const Connected connected;
  const auto watchdog = std::make_shared<Watchdog>(timer, 1000);
  watchdog->watch(connected.ours);
  const auto look = [&] {
    clock.advance(Watchdog::kLook);
    timer.run_due();
    return watchdog->cut();
  };
  for (int request = 0; request < 2; ++request) {  // what came for an earlier one does not count
    watchdog->begin(10s);
    connected.receive(1000);
    CHECK(bytes_received(connected.ours) == 1000u * (request + 1));
    CHECK(look() == Watchdog::Cut::no);
    CHECK(watchdog->finish() == Watchdog::Cut::no);
  }
  watchdog->begin(10s);
  connected.receive(1001);
  CHECK(look() == Watchdog::Cut::flooded);
  CHECK_FALSE(watchdog->quiet());  // it was shut down
  CHECK(watchdog->finish() == Watchdog::Cut::flooded);
}

TEST_CASE("a request that is not over at its deadline is cut, and not before") {
  FakeClock clock;
  Timer timer(clock);
  const Connected connected;
  const auto watchdog = std::make_shared<Watchdog>(timer, 1000);
  watchdog->watch(connected.ours);
  watchdog->begin(100ms);
  clock.advance(99ms);
  timer.run_due();
  CHECK(watchdog->cut() == Watchdog::Cut::no);
  clock.advance(1ms);
  timer.run_due();
  CHECK(watchdog->finish() == Watchdog::Cut::late);
}
