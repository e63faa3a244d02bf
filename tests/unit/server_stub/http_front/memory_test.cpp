// SPDX-License-Identifier: MIT
// Memory is short once on a request's way through the front, at each allocation in turn: it is answered, or
// its connection is closed; and the next one is served.
#include <utility>
#include <vector>

#include "front_fixture.h"
#include "support/catch.h"
#include "support/scarce_memory.h"

using namespace restanza;

namespace {

// A client that comes, asks `request` and goes; each allocation fails in turn until one needs no more.
void play(FrontFixture& front, const std::string& request, const std::string& body) {
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    ScarceMemory::fail_at(n);
    const Answer answer = RawClient(front.port).exchange(request);
    const bool failed = ScarceMemory::end();
    CAPTURE(answer.head);
    CHECK((answer.status == 0 || answer.status == 200 || answer.status >= 500));
    const Answer next = RawClient(front.port).exchange(request);
    REQUIRE(next.status == 200);
    CHECK(next.body == body);
    if (!failed) break;
  }
}

}  // namespace

TEST_CASE("at each allocation of a request memory may be short once") {
  const Spared test;
  FrontFixture front;
  play(front, get("/now/where/it/is/long/enough?a=b"), "GET /now/where/it/is/long/enough?a=b ");
}

TEST_CASE("the same for a request with a body") {
  const Spared test;
  FrontFixture front;
  const std::string body(300, 'x');
  play(front, post("/now", body), "POST /now " + body);
}

TEST_CASE("the same for one whose answer comes from another thread") {
  const Spared test;
  FrontFixture front;
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    RawClient client(front.port);
    client.send(get("/park"));
    const auto parked = front.parked.next();
    REQUIRE(parked);
    ScarceMemory::fail_at(n);
    {
      const std::vector<host::Header> headers{{"Content-Type", "text/plain"}};
      std::string text(300, 'x');
      const NotSpared plugins;
      front.front.respond(parked->id, 200, headers, std::move(text));
    }
    const Answer answer = client.answer();
    const bool failed = ScarceMemory::end();
    CHECK((answer.status == 0 || answer.status == 200 || answer.status >= 500));
    CHECK(front.front.open_exchanges() == 0);
    if (!failed) break;
  }
}
