// SPDX-License-Identifier: MIT
// Clients that follow: what they get, how slow they may be, how many there may be, and how they end.
#include "feed/event_streams.h"
#include "support/catch.h"
#include "support/collected.h"
#include "support/fake_clock.h"
#include "support/memory_exchange.h"

using namespace restanza;
using namespace restanza::feed;
using namespace restanza::test;
using namespace std::chrono_literals;

namespace {

struct Scripted final : EventSource {
  std::mutex mutex;
  std::string next;
  bool broken = false;
  std::atomic<int> ends{0};

  bool read(std::string& events) override {
    const std::lock_guard<std::mutex> lock(mutex);
    events += std::exchange(next, {});
    return !broken;
  }
  void ended() override { ++ends; }
  void say(const std::string& text) {
    const std::lock_guard<std::mutex> lock(mutex);
    next += text;
  }
};

constexpr const char* kBegin = "retry: 3000\n\n";

struct Followed {
  CollectedLog log;
  FakeClock clock;
  Timer timer{clock};
  ReadThread thread{log};
  EventStreams streams{thread, timer, clock};
  std::shared_ptr<Scripted> source = std::make_shared<Scripted>();
  std::shared_ptr<MemoryAnswer> answer = std::make_shared<MemoryAnswer>();
  std::shared_ptr<EventStream> stream;

  Followed() { thread.start(); }
  ~Followed() { thread.stop(); }

  void begin(std::optional<Instant> until = std::nullopt) {
    http::Exchange exchange(std::make_unique<MemoryResponder>(answer));
    stream = streams.begin(exchange, source, "me", until);
    REQUIRE(stream);
    settle();
  }
  // What was asked of the thread before has been done, and what that asked for.
  void settle() {
    struct Last final : ReadThread::Task {
      Door door;
      void run() override { door.open(); }
    };
    for (int i = 0; i < 4; ++i) {
      const auto last = std::make_shared<Last>();
      thread.ask(last);
      REQUIRE(last->door.pass());
    }
  }
  void say(const std::string& text) {
    source->say(text);
    stream->news();
    settle();
  }
  void pass(std::chrono::seconds time) {
    for (; time > 0s; time -= 1s) {
      clock.advance(1s);
      timer.run_due();
    }
    settle();
  }
  bool over() const { return answer->answers == 1 && source->ends == 1 && streams.size() == 0; }
};

}  // namespace

TEST_CASE("a stream has a head, the time after which to come again, and what its source says") {
  Followed f;
  f.source->say("data: 1\n\n");
  f.begin();
  CHECK(f.answer->status() == 200);
  CHECK(f.answer->header("Content-Type") == "text/event-stream");
  CHECK(f.answer->header("Cache-Control") == "no-store");
  CHECK(f.answer->header("X-Accel-Buffering") == "no");
  CHECK(f.answer->body() == std::string(kBegin) + "data: 1\n\n");
  f.say("data: 2\n\n");
  CHECK(f.answer->body() == std::string(kBegin) + "data: 1\n\ndata: 2\n\n");
  CHECK(f.answer->answers == 0);
}

TEST_CASE("where nothing comes there is a comment every 15 s, and not more often") {
  Followed f;
  f.begin();
  f.pass(14s);
  CHECK(f.answer->body() == kBegin);
  f.pass(1s);
  CHECK(f.answer->body() == std::string(kBegin) + ":\n\n");
  for (int i = 0; i < 2; ++i) f.pass(15s);
  CHECK(f.answer->body() == std::string(kBegin) + ":\n\n:\n\n:\n\n");
}

TEST_CASE("a client that takes nothing is read nothing for, and after 30 s it is cut off") {
  Followed f;
  f.begin();
  f.answer->room = false;
  f.say("data: 1\n\n");
  f.source->say("data: 2\n\n");
  f.pass(14s);
  CHECK_FALSE(f.source->next.empty());
  f.answer->make_room();  // it was slow, and goes on
  f.settle();
  CHECK(f.answer->body() == std::string(kBegin) + "data: 1\n\ndata: 2\n\n");
  f.answer->room = false;
  f.say("data: 3\n\n");
  f.pass(29s);
  CHECK_FALSE(f.over());
  f.pass(16s);  // the next look
  CHECK(f.over());
  CHECK(f.answer->broken_off);
}

TEST_CASE("a client that leaves is followed for no longer") {
  Followed f;
  f.begin();
  f.answer->leave();
  f.settle();
  CHECK(f.over());
}

TEST_CASE("a source that cannot be read breaks the stream off") {
  Followed f;
  f.begin();
  f.source->broken = true;
  f.stream->news();
  f.settle();
  CHECK(f.over());
  CHECK(f.answer->broken_off);
}

TEST_CASE("a stream ends whole when its time is up, and when all end") {
  Followed f;
  SECTION("its time") {
    f.begin(f.clock.now() + 20s);
    f.pass(15s);
    CHECK_FALSE(f.over());
    f.pass(15s);
  }
  SECTION("all, and others may begin") {
    f.begin();
    f.streams.end_all();
    f.settle();
    REQUIRE(f.over());
    Followed other;
    other.begin();
  }
  CHECK(f.over());
  CHECK_FALSE(f.answer->broken_off);
}

TEST_CASE(
    "one that is blocked when all end is broken off, and what it did not take is not lost for its like") {
  Followed f;
  f.begin();
  f.answer->room = false;
  f.say("data: 1\n\n");
  f.streams.end_all();
  f.settle();
  CHECK(f.over());
  CHECK(f.answer->broken_off);
}

TEST_CASE("what stops takes no more streams, and leaves the exchange to who has it") {
  Followed f;
  f.streams.stop();
  http::Exchange exchange(std::make_unique<MemoryResponder>(f.answer));
  CHECK_FALSE(f.streams.begin(exchange, f.source, "me", std::nullopt));
  exchange.respond({503, {}, {}});
  CHECK(f.answer->status() == 503);
}

TEST_CASE("there are so many streams of a credential, and so many of all, and no more") {
  Followed f;
  const auto begin = [&](const std::string& who) {
    http::Exchange exchange(std::make_unique<MemoryResponder>(std::make_shared<MemoryAnswer>()));
    return f.streams.begin(exchange, f.source, who, std::nullopt);
  };
  for (size_t i = 0; i < EventStreams::kMaxEach; ++i) REQUIRE(begin("one"));
  CHECK_FALSE(begin("one"));
  for (size_t i = EventStreams::kMaxEach; i < EventStreams::kMax; ++i) REQUIRE(begin("another"));
  CHECK_FALSE(begin("a third"));
  CHECK(f.streams.size() == EventStreams::kMax);
  f.streams.end_all();
  f.settle();
  CHECK(f.streams.size() == 0);
  CHECK(begin("one"));
}
