// SPDX-License-Identifier: MIT
// Each limit of the front, at the limit and one past it.
#include <memory>
#include <mutex>

#include "front_fixture.h"
#include "support/catch.h"
#include "support/descriptors.h"

using namespace restanza;
using namespace std::chrono_literals;

namespace {

// A request of exactly `size` bytes.
std::string padded(size_t size) {
  const std::string empty = get("/now", "X: \r\n");
  return get("/now", "X: " + std::string(size - empty.size(), 'x') + "\r\n");
}

std::string chunked(const std::string& body) {
  std::string out = "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char byte : body) out += std::string("1\r\n") + byte + "\r\n";
  return out + "0\r\n\r\n";
}

}  // namespace

TEST_CASE("headers may fill their limit, one byte more is 431") {
  host::FrontSettings settings;
  settings.max_header_bytes = 1024;
  FrontFixture at(settings);
  RawClient client(at.port);
  CHECK(client.exchange(padded(1024)).status == 200);
  CHECK(client.exchange(padded(1025)).status == 431);
  CHECK(client.ended());
}

TEST_CASE("a flood of header bytes is refused before it ends") {
  FrontFixture at;
  RawClient client(at.port);
  client.send("GET /now HTTP/1.1\r\nHost: a\r\nX: " + std::string(64 * 1024, 'x'));
  CHECK(client.answer().status == 431);
}

TEST_CASE("as many headers as the limit says are taken, one more is 431") {
  host::FrontSettings settings;
  settings.max_header_count = 3;
  FrontFixture at(settings);
  RawClient client(at.port);
  CHECK(client.exchange(get("/now", "A: 1\r\nB: 2\r\n")).status == 200);
  CHECK(client.exchange(get("/now", "A: 1\r\nB: 2\r\nC: 3\r\n")).status == 431);
}

TEST_CASE("a target may fill its limit, one byte more is 414") {
  FrontFixture at;
  RawClient client(at.port);
  const std::string longest = "/now" + std::string(8 * 1024 - 4, 'x');
  CHECK(client.exchange(get(longest)).status == 200);
  CHECK(client.exchange(get(longest + 'x')).status == 414);
  CHECK(client.ended());
}

TEST_CASE("a flood of target bytes is refused before it ends") {
  FrontFixture at;
  RawClient client(at.port);
  client.send("GET /now" + std::string(16 * 1024, 'x'));
  CHECK(client.answer().status == 414);
}

TEST_CASE("a body may fill the route's limit, one byte more is flagged and ends the connection") {
  FrontFixture at({}, FrontFixture::echo, 10);
  for (const bool in_chunks : {false, true}) {
    CAPTURE(in_chunks);
    const auto request = [&](const std::string& body) {
      return in_chunks ? chunked(body) : post("/now", body);
    };
    RawClient client(at.port);
    CHECK(client.exchange(request("0123456789")).body == "POST /now 0123456789");
    const auto answer = client.exchange(request("0123456789a"));
    CHECK(answer.status == 413);
    CHECK(answer.body == "POST /now ");
    CHECK(client.ended());
  }
}

TEST_CASE("the client that sends too large a body to its end still reads the answer") {
  FrontFixture at({}, FrontFixture::echo, 10);
  // The front reads on for a limited time, so a client that sends too slowly does not come to its end.
  bool sent = false;
  int status = 0;
  for (int tries = 0; tries < 5 && !sent; ++tries) {
    RawClient client(at.port);
    sent = client.send(post("/now", std::string(4 * 1024 * 1024, 'x')));
    status = client.answer().status;
  }
  CHECK(sent);
  CHECK(status == 413);
}

TEST_CASE("a chunk's extensions and the trailers have their limits") {
  FrontFixture at;
  const std::string head = "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto extended = [&](size_t size) {
    return head + "1;" + std::string(size - 3, 'e') + "\r\na\r\n0\r\n\r\n";
  };
  const auto trailed = [&](size_t size) {
    return head + "0\r\nT: " + std::string(size - 5, 't') + "\r\n\r\n";
  };
  RawClient client(at.port);
  CHECK(client.exchange(extended(256)).status == 200);
  CHECK(client.exchange(trailed(8 * 1024 - 2)).status == 200);
  CHECK(client.exchange(extended(257)).status == 400);
  CHECK(RawClient(at.port).exchange(trailed(8 * 1024 + 2)).status == 400);
}

TEST_CASE("a request that does not arrive in time is 408, at whatever point it stops") {
  host::FrontSettings settings;
  settings.request_time = 100ms;
  FrontFixture at(settings);
  for (const std::string part :
       {"G", "GET /now HTTP/1.1\r\nHost: a\r\n",
        "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell",
        "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe"}) {
    CAPTURE(part);
    RawClient client(at.port);
    client.send(part);
    const auto answer = client.answer();
    CHECK(answer.status == 408);
    CHECK(answer.has("Connection: close\r\n"));
    CHECK(client.ended());
  }
}

TEST_CASE("the deadline counts from a request's first byte, however steadily it drips") {
  host::FrontSettings settings;
  settings.request_time = 200ms;
  FrontFixture at(settings);
  int drops = 0;
  for (int tries = 0; tries < 5 && drops <= 1; ++tries) {  // one that stalls lets nothing drip
    RawClient client(at.port);
    client.send("GET /now HTTP/1.1\r\nHost: a\r\nX: ");
    for (drops = 0; drops < 1000 && !client.readable(10); ++drops) client.send("x");
    CHECK(client.answer().status == 408);
  }
  CHECK(drops > 1);
  CHECK(drops < 1000);
}

TEST_CASE("an idle connection is closed without a word, before and after a request") {
  host::FrontSettings settings;
  settings.idle_time = 100ms;
  FrontFixture at(settings);
  RawClient fresh(at.port);
  CHECK(fresh.ended());
  const auto used = served_client(at.port, get("/now"));
  REQUIRE(used);
  CHECK(used->ended());
}

TEST_CASE("a parked exchange outlives the idle time") {
  host::FrontSettings settings;
  settings.idle_time = 50ms;
  FrontFixture at(settings);
  const auto parked = served_client(at.port, get("/now") + get("/park"));
  REQUIRE(parked);
  RawClient idle(at.port);
  CHECK(idle.ended());
  RawClient second(at.port);
  CHECK(second.ended());
  const auto exchange = at.parked.next();
  REQUIRE(exchange);
  CHECK(at.front.respond(exchange->id, 200, {}, "late") == XP_OK);
  CHECK(parked->answer().body == "late");
}

TEST_CASE("connections past the limit are closed at once") {
  host::FrontSettings settings;
  settings.max_connections = 2;
  FrontFixture at(settings);
  RawClient first(at.port), second(at.port);
  CHECK(first.exchange(get("/now")).status == 200);
  CHECK(second.exchange(get("/now")).status == 200);
  RawClient third(at.port), fourth(at.port);
  CHECK(third.rest().empty());
  CHECK(fourth.rest().empty());
  CHECK(at.warnings() == 1);
  CHECK(first.exchange(get("/now")).status == 200);
}

TEST_CASE("as many exchanges as the limit says may wait, one more is 503") {
  host::FrontSettings settings;
  settings.max_exchanges = 2;
  FrontFixture at(settings);
  RawClient first(at.port), second(at.port);
  first.send(get("/park"));
  second.send(get("/park"));
  const auto one = at.parked.next(), two = at.parked.next();
  REQUIRE(one);
  REQUIRE(two);
  CHECK(RawClient(at.port).exchange(get("/now")).status == 503);
  CHECK(at.front.respond(one->id, 200, {}, "") == XP_OK);
  CHECK(RawClient(at.port).exchange(get("/now")).status == 200);
}

namespace {

// The first status that is not 503.
int patient(const std::function<int()>& ask) {
  int status = 503;
  for (int tries = 0; status == 503 && tries < 10000; ++tries) status = ask();
  return status;
}

// A request with a body, without its last `missing` bytes.
std::string begun(size_t body, size_t missing) {
  const std::string whole = post("/now", std::string(body, 'b'));
  return whole.substr(0, whole.size() - missing);
}

}  // namespace

TEST_CASE("requests that arrive slowly may fill their memory, one byte more is 503") {
  host::FrontSettings settings;
  settings.max_request_memory = 1000;
  FrontFixture at(settings);
  RawClient first(at.port), second(at.port);
  first.send(begun(800, 100));
  second.send(begun(400, 100));
  RawClient third(at.port);  // after what the others sent, so that it is served after them
  third.send(begun(2, 1));
  const auto refused = third.answer();
  CHECK(refused.status == 503);
  CHECK(refused.has("Retry-After: 1\r\n"));
  CHECK(refused.has("Connection: close\r\n"));
  CHECK(third.ended());
  CHECK(RawClient(at.port).exchange(post("/now", "w")).status == 200);  // it comes at once
  second.send(std::string(100, 'b'));
  CHECK(second.answer().status == 200);
  second.send(begun(400, 100));
  first.send("b");
  CHECK(first.answer().status == 503);
  second.send(std::string(100, 'b'));
  CHECK(second.answer().status == 200);
}

TEST_CASE("heads that arrive in pieces count, and so do chunks; whoever leaves gives back what it had") {
  host::FrontSettings settings;
  settings.max_request_memory = 1000;
  FrontFixture at(settings);
  const std::string head = "GET /now HTTP/1.1\r\nHost: a\r\nX: ";
  auto dripping = std::make_unique<RawClient>(at.port);
  dripping->send(head + std::string(600 - head.size(), 'x'));
  const auto chunk = [](size_t size, const std::string& digits) {
    return "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + digits + "\r\n" +
           std::string(size, 'c');
  };
  RawClient chunks(at.port);
  chunks.send(chunk(400, "190"));
  CHECK(RawClient(at.port).exchange("G").status == 503);
  chunks.send("\r\n0\r\n\r\n");
  CHECK(chunks.answer().status == 200);
  chunks.send(chunk(401, "191"));
  CHECK(chunks.answer().status == 503);
  dripping.reset();
  RawClient last(at.port);
  last.send(begun(1001, 1));
  last.send("b");
  CHECK(last.answer().status == 503);  // whole, it is too much to wait for a handler
  // An earlier handler may still be on its way out.
  CHECK(patient([&] {
          RawClient most(at.port);
          most.send(begun(1000, 1));
          most.send("b");
          return most.answer().status;
        }) == 200);
}

TEST_CASE("a body counts until its handler has returned") {
  host::FrontSettings settings;
  settings.max_request_memory = 1000;
  Arrivals<int> inside;
  std::mutex gate;
  std::unique_lock<std::mutex> shut(gate);
  FrontFixture at(settings, [&](host::Front& front, host::ExchangeId id, const host::HttpRequest&) {
    front.respond(id, 200, {}, "");
    inside.add(1);
    const std::lock_guard<std::mutex> pass(gate);
  });
  RawClient client(at.port);
  CHECK(client.exchange(post("/now", std::string(1000, 'a'))).status == 200);
  REQUIRE(inside.next());
  CHECK(RawClient(at.port).exchange(post("/now", "b")).status == 503);
  shut.unlock();
  CHECK(patient([&] { return RawClient(at.port).exchange(post("/now", "b")).status; }) == 200);
}

TEST_CASE("without a free descriptor a newcomer waits for those who wait for answers") {
  FrontFixture at;
  RawClient parked(at.port);
  parked.send(get("/park"));
  const auto exchange = at.parked.next();
  REQUIRE(exchange);
  auto limit = std::make_unique<OneMoreDescriptor>();
  RawClient newcomer(at.port);  // takes the last descriptor, so none is left to accept it
  CHECK(newcomer.connected());
  newcomer.send(get("/now"));
  CHECK_FALSE(newcomer.readable(150));
  limit.reset();
  CHECK(newcomer.answer().status == 200);
  CHECK(at.warnings() == 1);  // although it has tried several times
  CHECK(at.front.respond(exchange->id, 200, {}, "late") == XP_OK);
  CHECK(parked.answer().body == "late");
}

TEST_CASE("without a free descriptor the connection that is due first makes room for a newcomer") {
  Arrivals<int> answered;
  FrontFixture at({}, [&](host::Front& front, host::ExchangeId id, const host::HttpRequest& request) {
    FrontFixture::echo(front, id, request);
    answered.add(1);
  });
  RawClient parked(at.port);
  parked.send(get("/park"));
  const auto exchange = at.parked.next();
  REQUIRE(exchange);
  RawClient first(at.port);
  CHECK(first.exchange(get("/now")).status == 200);
  REQUIRE(answered.next());  // its idle time has begun, before the other one is there
  RawClient second(at.port);
  CHECK(second.exchange(get("/now")).status == 200);
  const OneMoreDescriptor limit;
  RawClient newcomer(at.port);
  CHECK(newcomer.exchange(get("/now")).status == 200);
  CHECK(first.ended());
  CHECK(second.exchange(get("/now")).status == 200);
  CHECK(at.front.respond(exchange->id, 200, {}, "late") == XP_OK);
  CHECK(parked.answer().body == "late");
}
