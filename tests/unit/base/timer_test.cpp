// SPDX-License-Identifier: MIT
#include "base/timer.h"

#include <future>
#include <new>
#include <stdexcept>

#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/lines.h"

using namespace restanza;
using namespace std::chrono_literals;

TEST_CASE("a timer runs what is due, in the order of the deadlines") {
  FakeClock clock;
  Timer timer(clock);
  std::string order;
  timer.after(20ms, [&] { order += 'b'; });
  timer.after(10ms, [&] { order += 'a'; });
  timer.after(30ms, [&] { order += 'c'; });
  CHECK(timer.run_due() == 0);
  clock.advance(20ms);
  CHECK(timer.run_due() == 2);
  CHECK(order == "ab");
}

TEST_CASE("cancelled work never runs, and cancelling twice says so") {
  FakeClock clock;
  Timer timer(clock);
  bool ran = false;
  const auto id = timer.after(1ms, [&] { ran = true; });
  CHECK(timer.cancel(id));
  CHECK_FALSE(timer.cancel(id));
  clock.advance(1s);
  CHECK(timer.run_due() == 0);
  CHECK_FALSE(ran);
}

TEST_CASE("the timer thread wakes for work that is due before what it waited for") {
  SystemClock clock;
  Timer timer(clock);
  timer.start();
  timer.after(1h, [] {});
  std::promise<void> ran;
  timer.after(1ms, [&] { ran.set_value(); });
  CHECK(ran.get_future().wait_for(10s) == std::future_status::ready);
  timer.stop();
  CHECK(timer.after(1ms, [] {}) == 0);
}

TEST_CASE("work that repeats says when it runs again, until it says nothing or is cancelled") {
  FakeClock clock;
  Timer timer(clock);
  int ran = 0;
  const auto id = timer.repeat(clock.now() + 1s, [&]() -> std::optional<Instant> {
    if (++ran == 3) return std::nullopt;
    return clock.now() + 2s;
  });
  for (const auto& [wait, times] : {std::pair{1s, 1}, {1s, 1}, {1s, 2}, {2s, 3}, {9s, 3}}) {
    clock.advance(wait);
    timer.run_due();
    CHECK(ran == times);
  }
  CHECK_FALSE(timer.cancel(id));
  ran = 0;
  const auto cancelled = timer.every(1s, [&] { ++ran; });
  clock.advance(1s);
  timer.run_due();
  CHECK(timer.cancel(cancelled));
  clock.advance(1s);
  CHECK(timer.run_due() == 0);
  CHECK(ran == 1);
}

TEST_CASE("work that repeats may cancel itself") {
  FakeClock clock;
  Timer timer(clock);
  int ran = 0;
  Timer::Id id = 0;
  id = timer.every(1s, [&] {
    ++ran;
    CHECK_FALSE(timer.cancel(id));  // it runs
  });
  for (int i = 0; i < 2; ++i) {
    clock.advance(1s);
    timer.run_due();
  }
  CHECK(ran == 1);
}

TEST_CASE("work that throws is logged, and what repeats runs again, as does all else") {
  FakeClock clock;
  Lines log;
  Timer timer(clock, &log);
  int ran = 0, other = 0;
  timer.after(1s, [] { throw std::bad_alloc(); });
  timer.every(1h, [&] {
    if (++ran == 1) throw std::runtime_error("no memory");
  });
  timer.after(1h, [&] { ++other; });
  clock.advance(1h);
  CHECK(timer.run_due() == 3);
  CHECK(log.of(Level::error) ==
        "what was due went wrong: std::bad_alloc\nwhat was due went wrong: no memory\n");
  CHECK(other == 1);
  clock.advance(Timer::kAfterFailure);
  CHECK(timer.run_due() == 1);
  clock.advance(1h);
  CHECK(timer.run_due() == 1);
  CHECK(ran == 3);
}

TEST_CASE("without a log, as in tests, what is thrown goes on") {
  FakeClock clock;
  Timer timer(clock);
  timer.after(1s, [] { throw std::runtime_error("heard"); });
  clock.advance(1s);
  CHECK_THROWS_AS(timer.run_due(), std::runtime_error);
}
