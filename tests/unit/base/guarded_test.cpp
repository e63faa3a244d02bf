// SPDX-License-Identifier: MIT
#include "base/guarded.h"

#include <new>

#include "support/catch.h"
#include "support/lines.h"

using namespace restanza;

TEST_CASE("what is thrown under the net ends in a line of the log") {
  Lines log;
  CHECK(guarded(log, "a delivery", [] {}));
  CHECK(log.of(Level::error).empty());
  CHECK_FALSE(guarded(log, "a delivery", [] { throw std::bad_alloc(); }));
  CHECK(log.of(Level::error) == "a delivery went wrong: std::bad_alloc\n");
}

TEST_CASE("a log that throws too ends nothing") {
  class : public Log {
    void write(Level, std::string_view) override { throw std::bad_alloc(); }
  } log;
  CHECK_FALSE(guarded(log, "a delivery", [] { throw std::bad_alloc(); }));
}

TEST_CASE("what must not be left out is tried again, and not for ever") {
  Lines log;
  int tries = 0;
  CHECK(guarded_until_done(log, "a write", [&] {
    if (++tries < 3) throw std::bad_alloc();
  }));
  CHECK(tries == 3);
  CHECK(log.of(Level::error) == "a write went wrong: std::bad_alloc\n");
  tries = 0;
  CHECK_FALSE(guarded_until_done(log, "a write", [&] {
    ++tries;
    throw std::bad_alloc();
  }));
  CHECK(tries == 50);
  const std::string line = "a write went wrong: std::bad_alloc\n";
  CHECK(log.of(Level::error) == line + line + line);
}
