// SPDX-License-Identifier: MIT
#include "net/listener.h"

#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "support/catch.h"
#include "support/descriptors.h"
#include "support/directory.h"
#include "support/lines.h"
#include "unit/server_stub/http_front/raw_client.h"

using namespace restanza;
using host::EventLoop;
using host::Listener;

namespace {

constexpr std::chrono::seconds kAcceptDeadline{20};

// A listener on a running loop, whose newcomers wait for the test.
struct Listening {
  SystemClock clock;
  Lines log;
  EventLoop loop{clock, log};
  std::mutex mutex;
  std::condition_variable come;
  std::deque<Listener::Accepted> accepted;
  std::atomic<int> exhausted{0};
  std::unique_ptr<Listener> listener;
  std::string address;

  explicit Listening(const host::ListenAddress& at, std::function<bool()> make_room = {}) {
    REQUIRE(loop.open().ok());
    listener =
        std::make_unique<Listener>(loop, Listener::Handlers{[this](Listener::Accepted one) {
                                                              const std::lock_guard<std::mutex> lock(mutex);
                                                              accepted.push_back(std::move(one));
                                                              come.notify_all();
                                                            },
                                                            [this, make_room] {
                                                              ++exhausted;
                                                              return make_room && make_room();
                                                            }});
    auto bound = listener->open(at);
    REQUIRE(bound.ok());
    address = *bound;
    listener->start();
    loop.start("test-loop");
  }
  ~Listening() {
    loop.stop();
    for (const auto& one : accepted) ::close(one.socket);
  }
  uint16_t port() const { return static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))); }
  std::optional<Listener::Accepted> next() {
    std::unique_lock<std::mutex> lock(mutex);
    if (!come.wait_for(lock, kAcceptDeadline, [this] { return !accepted.empty(); })) return std::nullopt;
    auto one = accepted.front();
    accepted.pop_front();
    ::close(one.socket);
    return one;
  }
};

}  // namespace

TEST_CASE("who connects over TCP is handed over with the address that it has") {
  Listening at({"127.0.0.1", 0, ""});
  CHECK(at.address == "127.0.0.1:" + std::to_string(at.port()));
  const RawClient client(at.port());
  const auto one = at.next();
  REQUIRE(one);
  CHECK(one->peer == "127.0.0.1");
  CHECK_FALSE(one->local);
}

TEST_CASE("who connects to a socket's file is local and has no address") {
  const Directory directory;
  const std::string path = directory.path() + "/x.sock";
  Listening at({"", 0, path});
  CHECK(at.address == "unix:" + path);
  const RawClient client(path);
  const auto one = at.next();
  REQUIRE(one);
  CHECK(one->peer.empty());
  CHECK(one->local);
}

TEST_CASE("an address that is taken is an error that names it") {
  const Listening at({"127.0.0.1", 0, ""});
  SystemClock clock;
  Lines log;
  EventLoop loop(clock, log);
  Listener second(loop, {[](const Listener::Accepted&) {}, nullptr});
  const auto bound = second.open({"127.0.0.1", at.port(), ""});
  REQUIRE_FALSE(bound.ok());
  CHECK(bound.error().text == "cannot listen on " + at.address + ": Address already in use");
}

TEST_CASE("a closed listener takes nobody") {
  Listening at({"127.0.0.1", 0, ""});
  at.loop.call([&] { at.listener->close(); });
  CHECK_FALSE(RawClient(at.port()).connected());
}

TEST_CASE("without a free descriptor a newcomer waits, and is taken soon after there is one") {
  Listening at({"127.0.0.1", 0, ""});
  auto limit = std::make_unique<OneMoreDescriptor>();
  const RawClient client(at.port());  // takes the last descriptor
  CHECK(client.connected());
  while (at.exhausted == 0) std::this_thread::yield();
  {
    const std::lock_guard<std::mutex> lock(at.mutex);
    CHECK(at.accepted.empty());
  }
  limit.reset();
  CHECK(at.next());
}

TEST_CASE("where room is made for a newcomer it is taken at once") {
  int spare = ::dup(0);
  Listening at({"127.0.0.1", 0, ""}, [&] {
    const bool had_one = spare >= 0;
    if (had_one) ::close(spare);
    spare = -1;
    return had_one;
  });
  const OneMoreDescriptor limit;
  const RawClient client(at.port());
  CHECK(at.next());
  CHECK(at.exhausted == 1);
}
