// SPDX-License-Identifier: MIT
// An exchange is completed exactly once, from any thread, at once or later, in the order of the requests.
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "front_fixture.h"
#include "support/catch.h"
#include "support/threads.h"

using namespace restanza;

TEST_CASE("a parked exchange is answered later from another thread") {
  FrontFixture at;
  RawClient client(at.port);
  client.send(get("/park"));
  const auto parked = at.parked.next();
  REQUIRE(parked);
  CHECK(at.front.open_exchanges() == 1);
  xp_status status = XP_INTERNAL;
  std::thread([&] { status = at.front.respond(parked->id, 202, {{"Stanza-Id", "1"}}, "done"); }).join();
  CHECK(status == XP_OK);
  const auto answer = client.answer();
  CHECK(answer.status == 202);
  CHECK(answer.has("Stanza-Id: 1\r\n"));
  CHECK(answer.body == "done");
  CHECK(at.front.open_exchanges() == 0);
}

TEST_CASE("pipelined requests are handled one after the other, behind one that is parked") {
  FrontFixture at;
  RawClient client(at.port);
  client.send(get("/park/1") + get("/now/2") + get("/park/3") + post("/now/4", "four") + get("/elsewhere") +
              get("/now/6", "Connection: close\r\n") + get("/now/7"));
  const auto first = at.parked.next();
  REQUIRE(first);
  CHECK(at.front.open_exchanges() == 1);
  CHECK(at.front.respond(first->id, 200, {}, "one") == XP_OK);
  CHECK(client.answer().body == "one");
  CHECK(client.answer().body == "GET /now/2 ");
  const auto third = at.parked.next();
  REQUIRE(third);
  CHECK(third->request.path == "/park/3");
  CHECK(at.front.respond(third->id, 200, {}, "three") == XP_OK);
  CHECK(client.answer().body == "three");
  CHECK(client.answer().body == "POST /now/4 four");
  CHECK(client.answer().status == 404);
  CHECK(client.answer().body == "GET /now/6 ");
  CHECK(client.ended());
}

TEST_CASE("300 parked exchanges keep no threads") {
  FrontFixture at;
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 300; ++i) {
    clients.push_back(std::make_unique<RawClient>(at.port));
    REQUIRE(clients.back()->send(get("/park/" + std::to_string(i))));
  }
  std::vector<Parked> parked;
  while (parked.size() < clients.size()) {
    auto next = at.parked.next();
    REQUIRE(next);
    parked.push_back(std::move(*next));
  }
  CHECK(at.front.open_exchanges() == 300);
  CHECK(threads() < 20);
  for (const auto& each : parked) CHECK(at.front.respond(each.id, 200, {}, each.request.path) == XP_OK);
  for (size_t i = 0; i < clients.size(); ++i) {
    CHECK(clients[i]->answer().body == "/park/" + std::to_string(i));
  }
}

TEST_CASE("handlers that block get further threads, up to the limit, and these end when they idle") {
  REQUIRE(has_threads(kThreadsAtStart));  // none is left of the tests before
  std::mutex gate;
  std::unique_lock<std::mutex> shut(gate);
  Arrivals<int> inside;
  host::FrontSettings settings;
  settings.max_threads = 8;
  settings.thread_time = std::chrono::milliseconds(50);
  FrontFixture at(settings, [&](host::Front& front, host::ExchangeId id, const host::HttpRequest&) {
    inside.add(1);
    const std::lock_guard<std::mutex> pass(gate);
    front.respond(id, 200, {}, "");
  });
  const size_t before = threads();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 9; ++i) {
    clients.push_back(std::make_unique<RawClient>(at.port));
    clients.back()->send(get("/now"));
  }
  for (int i = 0; i < 8; ++i) REQUIRE(inside.next());
  CHECK(threads() == before + 8);
  CHECK(inside.count() == 0);
  shut.unlock();
  for (const auto& client : clients) CHECK(client->answer().status == 200);
  CHECK(has_threads(before));
  CHECK(threads() == before);
}

TEST_CASE("a second completion is invalid and harmless, also when the slot is in use again") {
  FrontFixture at;
  RawClient client(at.port);
  client.send(get("/park"));
  const auto first = at.parked.next();
  REQUIRE(first);
  CHECK(at.front.respond(first->id, 200, {}, "one") == XP_OK);
  CHECK(at.front.respond(first->id, 200, {}, "again") == XP_INVALID);
  CHECK(client.answer().body == "one");
  client.send(get("/park"));
  const auto second = at.parked.next();
  REQUIRE(second);
  CHECK(second->id != first->id);
  for (const host::ExchangeId stale : {first->id, host::ExchangeId{0}, ~host::ExchangeId{0}}) {
    CHECK(at.front.respond(stale, 200, {}, "stale") == XP_INVALID);
    CHECK(at.front.begin(stale, 200, {}) == XP_INVALID);
    CHECK(at.front.write(stale, "stale") == XP_INVALID);
    CHECK(at.front.end(stale) == XP_INVALID);
    CHECK(at.front.watch(stale, {}) == XP_INVALID);
  }
  CHECK(at.front.respond(second->id, 200, {}, "two") == XP_OK);
  CHECK(client.answer().body == "two");
}

TEST_CASE("of completions that race exactly one is taken") {
  FrontFixture at;
  RawClient client(at.port);
  for (int round = 0; round < 50; ++round) {
    client.send(get("/park"));
    const auto parked = at.parked.next();
    REQUIRE(parked);
    std::atomic<int> taken{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] { taken += at.front.respond(parked->id, 200, {}, "once") == XP_OK ? 1 : 0; });
    }
    for (auto& thread : threads) thread.join();
    CHECK(taken == 1);
    CHECK(client.answer().body == "once");
  }
}

TEST_CASE("an answer that is not HTTP becomes 500 and ends the exchange") {
  struct Bad {
    int code;
    std::string name, value;
  };
  const Bad bad[] = {
      {199, "A", "b"},         {100, "A", "b"},     {600, "A", "b"},
      {0, "A", "b"},           {-200, "A", "b"},    {200, "A b", "c"},
      {200, "", "c"},          {200, "A:", "c"},    {200, "A\r\nB", "c"},
      {200, "A", "b\r\nC: d"}, {200, "A", "b\nc"},  {200, "A", "\r"},
      {200, "A", "\x01"},      {200, "A", "b\x7f"}, {200, "A", std::string("b\0c", 3)},
      {200, "\xc3\xa9", "c"},
  };
  FrontFixture at;
  RawClient client(at.port);
  for (const auto& [code, name, value] : bad) {
    CAPTURE(code, name, value);
    client.send(get("/park"));
    const auto parked = at.parked.next();
    REQUIRE(parked);
    CHECK(at.front.respond(parked->id, code, {{name, value}}, "body") == XP_INVALID);
    CHECK(at.front.open_exchanges() == 0);
    CHECK(client.answer().status == 500);
    client.send(get("/park"));
    const auto streamed = at.parked.next();
    REQUIRE(streamed);
    CHECK(at.front.begin(streamed->id, code, {{name, value}}) == XP_INVALID);
    CHECK(at.front.open_exchanges() == 0);
    CHECK(client.answer().status == 500);
  }
}

TEST_CASE("what frames the message is the front's, whatever the caller says") {
  FrontFixture at;
  RawClient client(at.port);
  client.send(get("/park"));
  const auto parked = at.parked.next();
  REQUIRE(parked);
  CHECK(at.front.respond(parked->id, 599,
                         {{"content-length", "1"}, {"Transfer-Encoding", "chunked"}, {"Connection", "close"}},
                         "whole") == XP_OK);
  const auto answer = client.answer();
  CHECK(answer.head == "HTTP/1.1 599 Unassigned\r\nContent-Length: 5\r\n\r\n");
  CHECK(answer.body == "whole");
}

TEST_CASE("204 and 304 have neither a body nor a length") {
  FrontFixture at;
  RawClient client(at.port);
  for (const int code : {204, 304}) {
    client.send(get("/park"));
    const auto parked = at.parked.next();
    REQUIRE(parked);
    CHECK(at.front.respond(parked->id, code, {}, "dropped") == XP_OK);
    const auto answer = client.answer();
    CHECK(answer.status == code);
    CHECK_FALSE(answer.has("Content-Length"));
  }
  CHECK(client.exchange(get("/now")).body == "GET /now ");
}

TEST_CASE("an answer that the socket does not take at once arrives whole") {
  FrontFixture at;
  RawClient client(at.port, 4096);
  client.send(get("/park"));
  const auto parked = at.parked.next();
  REQUIRE(parked);
  std::string large;
  while (large.size() < 20'000'000) large += std::to_string(large.size()) + ' ';
  CHECK(at.front.respond(parked->id, 200, {}, large) == XP_OK);
  CHECK((client.answer().body == large));
  CHECK(client.exchange(get("/now")).body == "GET /now ");
}
