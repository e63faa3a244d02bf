// SPDX-License-Identifier: MIT
// What was recorded last, for those who follow it.
#include "traffic/ring.h"

#include <atomic>
#include <thread>
#include <vector>

#include "support/catch.h"
#include "support/fake_clock.h"

using namespace restanza;
using namespace restanza::traffic;

namespace {

class Counting final : public Ring::Follower {
 public:
  void news() override { ++heard; }
  std::atomic<int> heard{0};
};

Record small(const std::string& id = {}) {
  Record record;
  record.delivery.id = id;
  return record;
}

Record large(size_t bytes) {
  Record record;
  record.error.assign(bytes - sizeof(Record), 'x');
  return record;
}

struct Held {
  FakeClock clock;
  Timer timer{clock};
  int news = 0;
  Ring ring{timer, [this] { ++news; }};
  std::shared_ptr<Counting> reader = std::make_shared<Counting>();

  Held() { ring.attend(reader); }
  void add(size_t count) {
    for (size_t i = 0; i < count; ++i) ring.add(small(std::to_string(i + 1)));
  }
  Place at(uint64_t number) const { return {ring.now().run, number}; }

  // All behind that place, as a reader sees it: numbers in spans, and in parentheses how many it missed.
  std::string all_behind(Place place) const {
    std::string all;
    for (;;) {
      const Ring::Page page = ring.read(place);
      if (page.unknown) all += "(?) ";
      if (page.dropped != 0) all += "(" + std::to_string(page.dropped) + ") ";
      place = page.after;
      if (page.records.empty()) return all;
      all += std::to_string(page.records.front().number) + "-" + std::to_string(page.records.back().number) +
             " ";
      place.number = page.records.back().number;
    }
  }
};

}  // namespace

TEST_CASE("a place is a text, and another text is no place") {
  const Place place{"abc-_9", 17};
  CHECK(text_of(place) == "abc-_9.17");
  CHECK(parse_place("abc-_9.17") == place);
  for (const char* wrong : {"", ".", "17", ".17", "abc.", "abc.x", "abc.-1", "abc.99999999999999999999"})
    CHECK_FALSE(parse_place(wrong));
  CHECK(parse_place(std::string(62, 'r') + ".1"));
  CHECK_FALSE(parse_place(std::string(63, 'r') + ".1"));
}

TEST_CASE("who follows reads what came since, in order and in pages") {
  Held h;
  const Place begin = h.ring.now();
  CHECK(h.all_behind(begin).empty());
  h.add(Ring::kPage + 1);
  CHECK(h.ring.read(begin).records.size() == Ring::kPage);
  CHECK(h.all_behind(begin) == "1-64 65-65 ");
  CHECK(h.all_behind(h.at(64)) == "65-65 ");
  CHECK(h.all_behind(h.ring.now()).empty());
  CHECK(h.ring.read(h.at(1)).records[0].record->delivery.id == "2");
}

TEST_CASE("there is room for so many records, and of one past it the reader is told") {
  Held h;
  const Place begin = h.ring.now();
  h.add(Ring::kMax);
  CHECK(h.all_behind(begin).substr(0, 5) == "1-64 ");
  h.add(1);
  CHECK(h.all_behind(begin).substr(0, 9) == "(1) 2-65 ");
  CHECK(h.all_behind(h.at(1)).substr(0, 5) == "2-65 ");
  h.add(2 * Ring::kMax);
  CHECK(h.ring.read(begin).dropped == 2 * Ring::kMax + 1);
  CHECK(h.ring.read(begin).records.size() == Ring::kPage);
}

TEST_CASE("there is room to the byte, and what is larger than all of it is missed") {
  Held h;
  const Place begin = h.ring.now();
  h.ring.add(large(Ring::kMaxBytes / 2));
  h.ring.add(large(Ring::kMaxBytes / 2));
  CHECK(h.all_behind(begin) == "1-2 ");
  h.ring.add(large(sizeof(Record)));
  CHECK(h.all_behind(begin) == "(1) 2-3 ");
  h.ring.add(large(Ring::kMaxBytes));
  CHECK(h.all_behind(begin) == "(3) 4-4 ");
  h.ring.add(large(Ring::kMaxBytes + 1));
  CHECK(h.all_behind(begin) == "(5) ");
  h.add(1);
  CHECK(h.all_behind(begin) == "(5) 6-6 ");
}

TEST_CASE("one that could not be made is missed where it would stand") {
  Held h;
  const Place begin = h.ring.now();
  h.add(2);
  h.ring.drop();
  h.ring.drop();
  CHECK(h.all_behind(begin) == "1-2 (2) ");
  h.add(1);
  CHECK(h.all_behind(begin) == "1-2 (2) 5-5 ");
}

TEST_CASE("of a place that is not known nobody says how many are missed, and it begins with the oldest") {
  Held h;
  h.add(3);
  CHECK(h.all_behind({"another", 2}) == "(?) 1-3 ");
  CHECK(h.all_behind(h.at(4)) == "(?) 1-3 ");
  CHECK(h.all_behind({}) == "(?) 1-3 ");
  h.add(Ring::kMax);
  const Ring::Page page = h.ring.read({"another", 0});
  CHECK(page.unknown);
  CHECK(page.dropped == 0);
  CHECK(page.after == h.at(3));
}

TEST_CASE("nothing is recorded before somebody follows") {
  FakeClock clock;
  Timer timer(clock);
  int news = 0;
  Ring ring(timer, [&] { ++news; });
  CHECK_FALSE(ring.recording());
  ring.add(small());
  ring.drop();
  const auto reader = std::make_shared<Counting>();
  ring.attend(reader);
  CHECK(ring.recording());
  CHECK(ring.now().number == 0);
  CHECK(ring.read(ring.now()).records.empty());
}

TEST_CASE("it goes on recording for a minute after the last has left, so that who comes back has no gap") {
  Held h;
  const Place begin = h.ring.now();
  const auto other = std::make_shared<Counting>();
  h.ring.attend(other);
  h.ring.leave(*other);
  h.clock.advance(Ring::kLinger);
  h.timer.run_due();
  CHECK(h.ring.recording());  // one follows still
  h.ring.leave(*h.reader);
  h.ring.leave(*h.reader);
  h.clock.advance(Ring::kLinger - std::chrono::milliseconds(1));
  h.timer.run_due();
  h.add(2);
  h.ring.attend(h.reader);
  h.clock.advance(Ring::kLinger);
  CHECK(h.timer.run_due() == 0);
  h.add(1);
  CHECK(h.all_behind(begin) == "1-3 ");
  h.ring.leave(*h.reader);
  h.clock.advance(Ring::kLinger);
  CHECK(h.timer.run_due() == 1);
  CHECK_FALSE(h.ring.recording());
  h.add(1);
  h.ring.attend(h.reader);
  CHECK(h.ring.now().run != begin.run);
  CHECK(h.all_behind(begin) == "(?) ");  // nobody knows what happened meanwhile
  h.add(1);
  CHECK(h.all_behind(begin) == "(?) 1-1 ");
}

TEST_CASE("whoever tells is asked once, until all followers have heard") {
  Held h;
  const auto other = std::make_shared<Counting>();
  h.ring.attend(other);
  h.add(3);
  CHECK(h.news == 1);
  h.ring.tell();
  CHECK(h.reader->heard == 1);
  CHECK(other->heard == 1);
  h.add(1);
  CHECK(h.news == 2);
  h.ring.leave(*other);
  h.ring.tell();
  CHECK(h.reader->heard == 2);
  CHECK(other->heard == 1);
  h.ring.leave(*h.reader);
  h.add(1);
  CHECK(h.news == 2);  // it is recorded for who comes back, and nobody is there
  h.ring.attend(h.reader);
  h.add(1);
  CHECK(h.news == 3);
}

TEST_CASE("what many threads record at once is all there, each under a number of its own") {
  Held h;
  const Place begin = h.ring.now();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { h.add(500); });
  Place place = begin;
  size_t read = 0;
  while (read < 2000) {
    const Ring::Page page = h.ring.read(place);
    REQUIRE(page.dropped == 0);
    for (const auto& one : page.records) REQUIRE(one.number == ++read);
    place.number = read;
  }
  for (auto& thread : threads) thread.join();
  CHECK(h.all_behind(place).empty());
}
