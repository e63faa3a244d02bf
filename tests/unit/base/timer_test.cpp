// SPDX-License-Identifier: MIT
#include "base/timer.h"

#include <future>

#include "support/catch.h"
#include "support/fake_clock.h"

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
