// SPDX-License-Identifier: MIT
// Clients that leave, and fronts that stop: who hears of it, and how often.
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "front_fixture.h"
#include "support/catch.h"

using namespace restanza;
using namespace std::chrono_literals;

namespace {

// Tells when a watch ran and when it was freed.
struct Witness {
  Arrivals<std::string> heard;

  host::Watch watch() {
    const std::shared_ptr<void> freed(nullptr, [this](void*) { heard.add("freed"); });
    return {[this, freed] { heard.add("gone"); }, [this, freed] { heard.add("writable"); }};
  }
};

}  // namespace

TEST_CASE("a client that leaves is noticed: gone, freed, then the completion is told so") {
  FrontFixture at;
  Witness witness;
  RawClient client(at.port);
  client.send(get("/park"));
  const auto parked = at.parked.next();
  REQUIRE(parked);
  CHECK(at.front.watch(parked->id, witness.watch()) == XP_OK);
  client.close();
  CHECK(witness.heard.next() == "gone");
  CHECK(witness.heard.next() == "freed");
  CHECK(at.front.open_exchanges() == 1);
  CHECK(at.front.respond(parked->id, 200, {}, "") == XP_GONE);
  CHECK(at.front.open_exchanges() == 0);
  CHECK(at.front.respond(parked->id, 200, {}, "") == XP_INVALID);
  CHECK(witness.heard.count() == 0);
}

TEST_CASE("a watch that comes after the client has left is told before the call returns") {
  FrontFixture at;
  Witness early, late;
  RawClient client(at.port);
  client.send(get("/park"));
  const auto parked = at.parked.next();
  REQUIRE(parked);
  client.half_close();
  CHECK(client.ended());
  CHECK(at.front.watch(parked->id, late.watch()) == XP_OK);
  CHECK(late.heard.count() == 2);
  CHECK(late.heard.next() == "gone");
  CHECK(at.front.watch(parked->id, early.watch()) == XP_INVALID);
  CHECK(early.heard.next() == "freed");
  CHECK(at.front.respond(parked->id, 200, {}, "") == XP_GONE);
}

TEST_CASE("a completed exchange frees its watch and never says gone") {
  FrontFixture at;
  Witness witness, second;
  RawClient client(at.port);
  client.send(get("/park"));
  const auto parked = at.parked.next();
  REQUIRE(parked);
  CHECK(at.front.watch(parked->id, witness.watch()) == XP_OK);
  CHECK(at.front.watch(parked->id, second.watch()) == XP_INVALID);
  CHECK(second.heard.next() == "freed");
  CHECK(at.front.respond(parked->id, 200, {}, "") == XP_OK);
  CHECK(witness.heard.next() == "freed");
  client.close();
  CHECK(RawClient(at.port).exchange(get("/now")).status == 200);
  CHECK(witness.heard.count() == 0);
}

TEST_CASE("a client that closed only its sending half still gets an answer that comes at once") {
  FrontFixture at;
  RawClient client(at.port);
  client.send(get("/now/1") + get("/now/2"));
  client.half_close();
  CHECK(client.answer().body == "GET /now/1 ");
  CHECK(client.answer().body == "GET /now/2 ");
  CHECK(client.ended());
}

TEST_CASE("a client that left while the handler ran is noticed when the handler has returned") {
  std::mutex gate;
  std::unique_lock<std::mutex> shut(gate);
  Arrivals<host::ExchangeId> inside;
  Witness witness;
  FrontFixture at({}, [&](host::Front& front, host::ExchangeId id, const host::HttpRequest&) {
    front.watch(id, witness.watch());
    inside.add(id);
    const std::lock_guard<std::mutex> pass(gate);
  });
  RawClient client(at.port);
  client.send(get("/now"));
  const auto id = inside.next();
  REQUIRE(id);
  client.half_close();
  CHECK(witness.heard.count() == 0);
  shut.unlock();
  CHECK(witness.heard.next() == "gone");
  CHECK(at.front.respond(*id, 200, {}, "") == XP_GONE);
}

TEST_CASE("leaving and answering at the same time ends every exchange once") {
  FrontFixture at;
  for (int round = 0; round < 50; ++round) {
    Witness witness;
    RawClient client(at.port);
    client.send(get("/park"));
    const auto parked = at.parked.next();
    REQUIRE(parked);
    CHECK(at.front.watch(parked->id, witness.watch()) == XP_OK);
    std::thread leaving([&] { client.close(); });
    const auto status = at.front.respond(parked->id, 200, {}, "answer");
    leaving.join();
    const auto heard = witness.heard.next();
    CHECK((status == XP_OK || status == XP_GONE));
    if (heard == "gone") {
      CHECK(status == XP_GONE);
      CHECK(witness.heard.next() == "freed");
    } else {
      CHECK(heard == "freed");
    }
  }
  CHECK(at.front.open_exchanges() == 0);
}

TEST_CASE("a front that stops tells the watches of parked exchanges and frees them") {
  Witness witness;
  auto at = std::make_unique<FrontFixture>();
  RawClient client(at->port);
  client.send(get("/park"));
  const auto parked = at->parked.next();
  REQUIRE(parked);
  CHECK(at->front.watch(parked->id, witness.watch()) == XP_OK);
  at->front.stop();
  CHECK(witness.heard.next() == "gone");
  CHECK(witness.heard.next() == "freed");
  CHECK(at->front.open_exchanges() == 0);
  CHECK(at->front.respond(parked->id, 200, {}, "") == XP_INVALID);
  CHECK(client.ended());
}

TEST_CASE("a front that refuses new requests still answers the parked ones") {
  FrontFixture at;
  RawClient parking(at.port), idle(at.port);
  parking.send(get("/park"));
  const auto parked = at.parked.next();
  REQUIRE(parked);
  CHECK(idle.exchange(get("/now")).status == 200);
  at.front.refuse_new();
  const auto refused = idle.exchange(get("/now"));
  CHECK(refused.status == 503);
  CHECK(idle.ended());
  CHECK(at.front.respond(parked->id, 200, {}, "late") == XP_OK);
  CHECK(parking.answer().body == "late");
  const int late = RawClient(at.port).exchange(get("/now")).status;
  CHECK((late == 0 || late == 503));
}

TEST_CASE("a front on an address that is taken says which") {
  FrontFixture at;
  host::FrontSettings settings;
  settings.listen[0].port = at.port;
  FrontFixture second(settings);
  CHECK(second.port == 0);
  CHECK(RawClient(at.port).exchange(get("/now")).status == 200);
}

TEST_CASE("clients that go on sending do not hold up the end") {
  FrontFixture fixture;
  constexpr int kClients = 8;
  Arrivals<int> flooding;
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&] {
      RawClient client(fixture.port);
      client.send("POST /now HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000000\r\n\r\n");
      const std::string much(1u << 20, 'x');
      for (bool first = true; client.send(much); first = false) {
        if (first) flooding.add(1);
      }
    });
  }
  for (int i = 0; i < kClients; ++i) CHECK(flooding.next());
  auto ended = std::async(std::launch::async, [&] { fixture.front.stop(); });
  CHECK(ended.wait_for(kDeadline) == std::future_status::ready);
  for (std::thread& client : clients) client.join();
}
