// SPDX-License-Identifier: MIT
#include "subscription/slow_start.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <vector>

#include "support/catch.h"

using namespace restanza;
using namespace restanza::subscription;
using namespace std::chrono_literals;
using How = SlowStart::How;

namespace {

struct Answer {
  How how = How::answered;
  Instant::duration after{1ms};
};

// An endpoint that always has something to get, with time that passes here only.
struct Drained {
  static constexpr size_t kAtOnce = 16;  // requests
  struct Running {
    Instant ends, began;
    How how;
    bool operator>(const Running& other) const { return ends > other.ends; }
  };

  SlowStart start;
  Instant now{1h};
  std::function<Answer(Instant)> endpoint = [](Instant) { return Answer{}; };
  std::priority_queue<Running, std::vector<Running>, std::greater<>> running{};

  explicit Drained(double most = 0) : start(most) { start.begin(now); }

  // How many requests begin in so much time.
  size_t passes(Instant::duration time) {
    const Instant end = now + time;
    size_t count = 0;
    while (true) {
      const bool free = running.size() < kAtOnce;
      const Instant ends = running.empty() ? Instant::max() : running.top().ends;
      const Instant begins = free ? std::max<Instant>(start.next(), now) : Instant::max();
      if (std::min<Instant>(ends, begins) >= end) break;
      now = std::min<Instant>(ends, begins);
      if (ends <= begins) {
        start.ended(now, running.top().began, running.top().how);
        running.pop();
        continue;
      }
      start.begun(now);
      const Answer answer = endpoint(now);
      running.push({now + answer.after, now, answer.how});
      ++count;
    }
    now = end;
    return count;
  }
};

// Says of each second how many requests it had, and of each pair of seconds that it was not above the limit.
std::vector<size_t> seconds(Drained& drained, size_t count) {
  std::vector<size_t> each;
  for (size_t i = 0; i < count; ++i) each.push_back(drained.passes(1s));
  return each;
}

size_t sum(const std::vector<size_t>& each, size_t from) {
  size_t all = 0;
  for (size_t i = from; i < each.size(); ++i) all += each[i];
  return all;
}

// The most in any three seconds one after the other.
size_t most_in_three(const std::vector<size_t>& each) {
  size_t most = 0;
  for (size_t i = 2; i < each.size(); ++i) most = std::max(most, each[i] + each[i - 1] + each[i - 2]);
  return most;
}

}  // namespace

TEST_CASE(
    "what waited starts slowly, and twice as many go each second while the endpoint answers as at its best") {
  Drained d;
  size_t last = d.passes(1s);
  CHECK(last == 10);
  for (int i = 0; i < 9; ++i) {
    CAPTURE(i);
    const size_t count = d.passes(1s);
    CHECK(count >= last * 19 / 10);
    CHECK(count <= last * 21 / 10 + 2);
    last = count;
  }
}

TEST_CASE("a limit on the rate holds from the first second on, and from when it changes") {
  Drained d(25);
  CHECK(seconds(d, 4) == std::vector<size_t>{10, 20, 25, 25});
  d.start.at_most(5);
  CHECK(d.passes(1s) <= 6);
  CHECK(d.passes(1s) == 5);
  Drained slow(0.5);
  CHECK(slow.passes(4s) == 2);
}

TEST_CASE(
    "an endpoint that refuses more than 100 a second gets no more than twice that for longer than 2 "
    "seconds") {
  Drained d;
  Instant second{};
  size_t in_it = 0;
  d.endpoint = [&](Instant now) {
    if (now - second >= 1s) {
      second = now;
      in_it = 0;
    }
    return Answer{++in_it > 100 ? How::failed : How::answered, 1ms};
  };
  const auto each = seconds(d, 120);
  CHECK(most_in_three(each) <= 600);
  CHECK(sum(each, 20) >= 60 * 100);
  CHECK(sum(each, 20) <= 105 * 100);
}

TEST_CASE("an endpoint that answers one after the other, 100 a second, is not made slow") {
  Drained d;
  Instant busy{};
  d.endpoint = [&](Instant now) {
    busy = std::max<Instant>(busy, now) + 10ms;
    return Answer{How::answered, busy - now};
  };
  const auto each = seconds(d, 120);
  CHECK(*std::max_element(each.begin(), each.end()) <= 160);
  CHECK(sum(each, 20) >= 60 * 100);
}

TEST_CASE("answers that are slow for another reason than the rate do not hold it down") {
  Drained d;
  seconds(d, 3);
  d.endpoint = [](Instant) { return Answer{How::answered, 50ms}; };
  const auto each = seconds(d, 30);
  CHECK(each.back() >= 300);  // 16 at once, each for 50 ms, are 320 a second
}

TEST_CASE("one failure among many, or a conversation that failed before, does not slow what waited") {
  for (const How how : {How::failed, How::failed_again}) {
    Drained d;
    size_t count = 0;
    const size_t among = how == How::failed ? 30 : 3;
    d.endpoint = [&](Instant) { return Answer{++count % among == 0 ? how : How::answered, 1ms}; };
    const auto each = seconds(d, 8);
    CHECK(each.back() >= 1200);
  }
}

TEST_CASE("where everything fails it comes down to one a second, and goes up when it does not") {
  Drained d;
  seconds(d, 5);
  d.endpoint = [](Instant) { return Answer{How::failed_again, 1ms}; };
  CHECK(seconds(d, 10).back() == 1);
  d.endpoint = [](Instant) { return Answer{}; };
  CHECK(seconds(d, 12).back() > 100);
}

TEST_CASE("failures of what had begun before the rate fell do not let it fall again") {
  SlowStart start(0);
  Instant now{1h};
  start.begin(now);
  for (int i = 0; i < 8; ++i) start.begun(now);
  start.ended(now + 1ms, now, How::failed);
  for (int i = 0; i < 7; ++i) start.ended(now + 2ms, now, How::failed);
  now += 2s;
  start.begun(now);
  CHECK(start.next() > now + 150ms);
  CHECK(start.next() <= now + 200ms);
}

TEST_CASE("what nobody sent raises no rate, and time that nobody used is not made up for") {
  SlowStart start(0);
  Instant now{1h};
  start.begin(now);
  for (int i = 0; i < 60; ++i) {
    start.begun(now);
    start.ended(now + 1ms, now, How::answered);
    now += 1s;
  }
  start.begun(now);
  CHECK(start.next() - now >= 40ms);  // at most 20 a second, as the first window had one of ten
}
