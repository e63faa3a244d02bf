// SPDX-License-Identifier: MIT
#include "hosting/kept_stanzas.h"

#include "support/catch.h"
#include "unit/server_stub/hosting/api_fixture.h"

using namespace restanza;
using namespace restanza::host;
using namespace std::chrono_literals;

TEST_CASE("a number is good for one stanza and one verdict") {
  KeptStanzas kept;
  int32_t heard = -1;
  const auto hear = [&heard](int32_t verdict) { heard = verdict; };
  KeptStanzas::Then then;
  const auto closed = kept.open(Instant(), hear);
  kept.close(closed);
  CHECK(kept.settle(closed, XP_CONSUME, then) == XP_GONE);
  const auto held = kept.open(Instant(), hear);
  CHECK(held != closed);
  CHECK_FALSE(kept.hold(held));
  CHECK(kept.settle(held, XP_CONSUME, then) == XP_OK);
  REQUIRE(then);
  then(XP_CONSUME);
  CHECK(heard == XP_CONSUME);
  CHECK(kept.settle(held, XP_PASS, then) == XP_GONE);
  CHECK(kept.settle(held + 1, XP_PASS, then) == XP_INVALID);
}

TEST_CASE("only what a hook keeps is taken when its time is over, the oldest first") {
  KeptStanzas kept;
  std::string heard;
  const auto open = [&](Instant at, const std::string& name) {
    return kept.open(at, [&heard, name](int32_t) { heard += name; });
  };
  const Instant begin{};
  kept.hold(open(begin, "a"));
  open(begin, "asked");
  kept.hold(open(begin + 1s, "b"));
  CHECK_FALSE(kept.take(begin + KeptStanzas::kLongest - 1ms));
  for (const auto at : {30s, 31s}) {
    const auto then = kept.take(begin + at);
    REQUIRE(then);
    then(XP_BUSY);
    CHECK_FALSE(kept.take(begin + at));
  }
  CHECK(heard == "ab");
  CHECK_FALSE(kept.take(std::nullopt));
}

TEST_CASE("what a hook keeps is settled through the table, and what is left at the end names the plugin") {
  Given given;
  given.hooks->let_keep();
  given.hook();
  uint64_t keep = 0;
  given.ctx.verdict = [&](const xp_stanza& stanza) {
    CHECK(stanza.size == sizeof(xp_stanza));
    keep = stanza.keep;
    return XP_KEEPING;
  };
  CHECK(given.offer() == "waits");
  CHECK(given.host->settle_stanza(given.host, keep, XP_CONSUME) == XP_OK);
  given.link->run();
  CHECK(given.end() == "taken");
  CHECK(given.host->settle_stanza(given.host, keep, XP_CONSUME) == XP_GONE);
  CHECK(given.bugs().empty());
  CHECK(given.host->settle_stanza(given.host, keep + 1, XP_CONSUME) == XP_INVALID);
  CHECK(given.bugs() == "demo@rest.localhost: settle_stanza of a stanza that no hook was offered\n");
  CHECK(given.offer() == "waits");
  given.api->withdraw();
  given.link->run();
  CHECK(given.end() == "refused");
  CHECK(given.bugs().find("stanzas that were kept and never settled: 1\n") != std::string::npos);
}
