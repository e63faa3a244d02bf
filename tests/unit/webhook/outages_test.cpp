// SPDX-License-Identifier: MIT
// An endpoint that answers nobody costs no message: by a clock that the test moves.
#include <filesystem>

#include "support/directory.h"
#include "unit/webhook/scripted.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;

TEST_CASE("a message outlasts an outage with any number of restarts") {
  const Directory directory;
  Scripted endpoint;
  endpoint.answer_all("");  // no answer: the connection breaks
  for (int life = 0; life < 10; ++life) {
    CAPTURE(life);
    Retried r(endpoint);
    r.journal_settings.directory = directory.path();
    r.start();
    if (life == 0) r.give(message("a@localhost", "1"));
    const size_t before = endpoint.times("1");
    REQUIRE(r.pass_time(100ms, [&] { return endpoint.times("1") >= before + 3; }));
    REQUIRE(r.drain());
    CHECK(r.state_of("1") == "waiting");
    CHECK(r.replies.now().empty());
  }
  endpoint.answer_all(response(204));
  Retried r(endpoint);
  r.journal_settings.directory = directory.path();
  r.start();
  CHECK(r.pass_time(100ms, [&] { return r.kept().empty(); }));
  CHECK(r.replies.now().empty());
}

TEST_CASE("a conversation alone with an endpoint that answers everything with 500 loses nothing") {
  Scripted endpoint;
  endpoint.answer_all(response(500));
  Retried r(endpoint);
  r.start();
  for (const char* id : {"1", "2"}) r.give(message("a@localhost", id));
  const Instant begin = r.clock.now();
  REQUIRE(r.pass_time(1s, [&] { return r.clock.now() - begin > 2h; }));
  CHECK(endpoint.times("1") > subscription::kMaxFailures);
  CHECK(r.state_of("1") == "waiting");
  CHECK(r.replies.now().empty());
  endpoint.answer_all(response(204));
  REQUIRE(r.pass_time(1s, [&] { return endpoint.times("2") == 1; }));
  CHECK(r.pass_time(0ms, [&] { return r.kept().empty(); }));
}

TEST_CASE("what is being posted while the journal is emptied under it is written anew with what waits") {
  const Directory directory;
  Scripted endpoint;
  endpoint.answer("posted", MemoryEndpoint::kUntilAborted);
  Retried r(endpoint);
  r.journal_settings.directory = directory.path();
  SECTION("for the first time") {
    r.start();
    r.give(message("a@localhost", "posted"));
  }
  SECTION("from the disk, where only its text of now is in memory") {
    {
      Scripted silent;
      silent.answer_all("");
      Retried before(silent);
      before.journal_settings.directory = directory.path();
      before.start();
      before.give(message("a@localhost", "posted"));
      REQUIRE(before.drain());
    }
    r.start();
  }
  REQUIRE(r.pass_time(0ms, [&] { return endpoint.times("posted") == 1; }));
  for (const char* name : {"/journal.db", "/journal.db-wal"}) {
    std::filesystem::resize_file(directory.path() + name, 0);
  }
  r.give(message("a@localhost", "behind"));
  REQUIRE(r.pass_time(0ms, [&] { return r.state_of("behind") == "waiting"; }));
  CHECK(r.state_of("posted") == "waiting");
}
