// SPDX-License-Identifier: MIT
#include "net/event_loop.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/lines.h"

using namespace restanza;
using namespace std::chrono_literals;
using host::EventLoop;

namespace {

constexpr std::chrono::seconds kDeadline{20};

struct Running {
  SystemClock clock;
  Lines log;
  EventLoop loop{clock, log};
  Running() { REQUIRE(loop.open().ok()); }
  ~Running() { loop.stop(); }
};

// Two ends of a connection; `near` never blocks.
struct Pair {
  int near = -1, far = -1;
  Pair() {
    int both[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, both) == 0);
    near = both[0];
    far = both[1];
  }
  ~Pair() {
    ::close(near);
    ::close(far);
  }
  void talk() const { REQUIRE(::write(far, "x", 1) == 1); }
};

template <class T>
bool comes(std::future<T>& future) {
  return future.wait_for(kDeadline) == std::future_status::ready;
}

}  // namespace

TEST_CASE("posted work runs in order, also what was posted before the start and what comes before the end") {
  std::string ran;
  {
    Running at;
    at.loop.post([&] { ran += "1"; });
    CHECK(ran.empty());
    at.loop.start("test-loop");
    std::promise<void> posted;
    at.loop.post([&] {
      ran += "2";
      posted.get_future().wait();
      at.loop.post([&] { ran += "4"; });
    });
    at.loop.post([&] { ran += "3"; });
    posted.set_value();
    at.loop.stop();
    CHECK_FALSE(at.loop.post([&] { ran += "5"; }));
    CHECK_FALSE(at.loop.running());
  }
  CHECK(ran == "1234");
}

TEST_CASE("a call runs on the loop's thread and is waited for; without a running loop it runs at once") {
  Running at;
  const auto here = std::this_thread::get_id();
  std::thread::id ran, inside;
  at.loop.call([&] { ran = std::this_thread::get_id(); });
  CHECK(ran == here);
  at.loop.start("test-loop");
  at.loop.call([&] {
    ran = std::this_thread::get_id();
    at.loop.call([&] { inside = std::this_thread::get_id(); });
  });
  CHECK(ran != here);
  CHECK(inside == ran);
  at.loop.stop();
  at.loop.call([&] { ran = std::this_thread::get_id(); });
  CHECK(ran == here);
}

TEST_CASE("what is thrown costs the work that threw it alone, and the log is told") {
  Running at;
  at.loop.start("test-loop");
  std::promise<void> ran;
  at.loop.post([] { throw std::bad_alloc(); });
  at.loop.post([&] { ran.set_value(); });
  auto next = ran.get_future();
  REQUIRE(comes(next));
  CHECK(at.log.of(Level::error) == "what was posted to a loop went wrong: std::bad_alloc\n");
}

TEST_CASE("what a call throws is thrown to the caller") {
  Running at;
  at.loop.start("test-loop");
  CHECK_THROWS_AS(at.loop.call([] { throw std::bad_alloc(); }), std::bad_alloc);
  bool ran = false;
  at.loop.call([&] { ran = true; });
  CHECK(ran);
}

TEST_CASE("a timer that throws runs again until it does not, or is cancelled") {
  Running at;
  int runs = 0, cancelled = 0;
  std::promise<void> done;
  EventLoop::Token token = 0;
  at.loop.after(0ms, [&] {
    if (++runs < 3) throw std::bad_alloc();
    done.set_value();
  });
  token = at.loop.after(0ms, [&] {
    ++cancelled;
    at.loop.cancel(token);
    throw std::bad_alloc();
  });
  at.loop.start("test-loop");
  auto last = done.get_future();
  REQUIRE(comes(last));
  at.loop.stop();
  CHECK(runs == 3);
  CHECK(cancelled == 1);
}

TEST_CASE("a descriptor whose handler throws is told again, for what there was is still there") {
  Running at;
  const Pair pair;
  std::promise<void> told;
  int calls = 0;
  EventLoop::Token token = 0;
  token = at.loop.watch(pair.near, EPOLLIN, [&](uint32_t) {
    if (++calls == 1) throw std::bad_alloc();
    at.loop.change(token, pair.near, 0);
    told.set_value();
  });
  at.loop.start("test-loop");
  pair.talk();
  auto again = told.get_future();
  REQUIRE(comes(again));
  at.loop.stop();
  CHECK(calls == 2);
}

TEST_CASE("who watches a descriptor is told its events until it forgets it") {
  Running at;
  const Pair pair;
  std::promise<uint32_t> told;
  EventLoop::Token token = 0;
  int count = 0;
  token = at.loop.watch(pair.near, EPOLLIN, [&](uint32_t events) {
    at.loop.forget(token, pair.near);
    ++count;
    told.set_value(events);
  });
  CHECK(token != 0);
  at.loop.start("test-loop");
  pair.talk();
  auto events = told.get_future();
  REQUIRE(comes(events));
  CHECK(events.get() == EPOLLIN);
  pair.talk();
  at.loop.stop();
  CHECK(count == 1);
}

TEST_CASE("an event under way of a descriptor that another handler forgot is told to nobody") {
  Running at;
  const Pair one, other;
  EventLoop::Token tokens[2] = {0, 0};
  int count = 0;
  std::promise<void> told;
  const auto handler = [&](int forgets, int descriptor) {
    return [&, forgets, descriptor](uint32_t) {
      if (++count == 1) told.set_value();
      at.loop.forget(tokens[0], one.near);
      at.loop.forget(tokens[1], other.near);
      at.loop.forget(tokens[forgets], descriptor);  // once more is nothing
    };
  };
  tokens[0] = at.loop.watch(one.near, EPOLLIN, handler(1, other.near));
  tokens[1] = at.loop.watch(other.near, EPOLLIN, handler(0, one.near));
  one.talk();
  other.talk();
  at.loop.start("test-loop");
  auto done = told.get_future();
  REQUIRE(comes(done));
  at.loop.stop();
  CHECK(count == 1);
}

TEST_CASE("what cannot be watched is told so") {
  Running at;
  const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  CHECK(at.loop.watch(file, EPOLLIN, [](uint32_t) {}) == 0);
  CHECK_FALSE(at.loop.watch_shared(1, file, EPOLLIN));
  ::close(file);
}

TEST_CASE("timers run when they are due, in the order of their times, and not when they were cancelled") {
  Running at;
  std::string ran;
  std::promise<void> last;
  at.loop.after(20ms, [&] {
    ran += "3";
    last.set_value();
  });
  at.loop.after(0ms, [&] { ran += "1"; });
  const auto cancelled = at.loop.after(1ms, [&] { ran += "x"; });
  at.loop.after(10ms, [&] { ran += "2"; });
  at.loop.cancel(cancelled);
  at.loop.cancel(cancelled);
  const Instant begun = at.clock.now();
  at.loop.start("test-loop");
  auto done = last.get_future();
  REQUIRE(comes(done));
  CHECK(at.clock.now() - begun >= 10ms);
  at.loop.stop();
  CHECK(ran == "123");
}

TEST_CASE("a shared handler is told which descriptor has events, and gets the end of each turn") {
  struct Numbers final : EventLoop::SharedHandler {
    explicit Numbers(const Clock& given) : clock(given) {}
    void ready(uint64_t number, uint32_t events) override { told.emplace_back(number, events); }
    // Asks for one turn more, although nothing happens, once a descriptor has been ready.
    std::optional<Instant> turn_over() override {
      ++turns;
      if (told.empty()) return std::nullopt;
      if (std::exchange(asked, true)) {
        if (!std::exchange(over, true)) again.set_value();
        return std::nullopt;
      }
      return clock.now() + 5ms;
    }
    const Clock& clock;
    std::vector<std::pair<uint64_t, uint32_t>> told;
    int turns = 0;
    bool asked = false, over = false;
    std::promise<void> again;
  };
  Running at;
  Numbers numbers(at.clock);
  at.loop.set_shared_handler(numbers);
  const Pair pair;
  constexpr uint64_t kLargest = (uint64_t{1} << 63) - 1;
  REQUIRE(at.loop.watch_shared(kLargest, pair.near, EPOLLIN | EPOLLET));
  at.loop.start("test-loop");
  pair.talk();
  auto done = numbers.again.get_future();
  REQUIRE(comes(done));
  at.loop.stop();
  REQUIRE(numbers.told.size() == 1);
  CHECK(numbers.told[0].first == kLargest);
  CHECK(numbers.told[0].second == EPOLLIN);
  CHECK(numbers.turns >= 3);
}
