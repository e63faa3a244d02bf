// SPDX-License-Identifier: MIT
// What is told of deliveries to whoever follows the traffic.
#include "unit/traffic/followed.h"
#include "unit/webhook/scripted.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;

using Told = std::vector<std::string>;

TEST_CASE("each attempt is told with its answer, behind the stanza that came") {
  traffic::Followed followed;
  Scripted endpoint;
  endpoint.answer("1", response(503));
  Retried r(endpoint);
  r.recorder = &followed.recorder;
  r.start();
  r.give(message("a@localhost", "1"));
  REQUIRE(endpoint.asked.wait(1).size() == 1);
  endpoint.answer_all(response(204));
  REQUIRE(r.pass_time(100ms, [&] { return endpoint.count() == 2; }));
  REQUIRE(r.drain());
  CHECK(followed.lines() == Told{"in 1 taken for default", "delivery to default, attempt 1: unavailable 503",
                                 "delivery to default, attempt 2: delivered 204"});
  const auto page = followed.ring.read(followed.begin());
  CHECK(page.records[1].record->error == "it answered 503");
  CHECK(page.records[2].record->error.empty());
  CHECK(page.records[0].record->deliveries[0].id == page.records[2].record->delivery.id);
  CHECK(page.records[2].record->took);
}

TEST_CASE("what is given up is told as a dead letter with its reason") {
  traffic::Followed followed;
  Scripted endpoint;
  endpoint.answer("1", response(400));
  Retried r(endpoint);
  r.recorder = &followed.recorder;
  r.settings[0].on_refusal.others = OnRefusal::dead_letter;
  r.start();
  r.give(message("a@localhost", "1"));
  REQUIRE(r.drain());
  CHECK(followed.lines() == Told{"in 1 taken for default", "delivery to default, attempt 1: refused 400",
                                 "delivery to default: dead-letter, it was refused: it answered 400"});
}

TEST_CASE("an attempt that nobody answers has no status") {
  traffic::Followed followed;
  Scripted endpoint;
  endpoint.answer("1", MemoryEndpoint::kLate);
  Retried r(endpoint);
  r.recorder = &followed.recorder;
  r.start();
  r.give(message("a@localhost", "1"));
  REQUIRE(endpoint.asked.wait(1).size() == 1);
  endpoint.answer_all(response(204));
  REQUIRE(r.pass_time(100ms, [&] { return endpoint.count() == 2; }));
  REQUIRE(r.drain());
  CHECK(followed.lines().at(1) == "delivery to default, attempt 1: unavailable 0");
  CHECK(followed.ring.read(followed.begin()).records[1].record->error == "it did not answer in time");
}
