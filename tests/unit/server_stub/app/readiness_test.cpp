// SPDX-License-Identifier: MIT
#include "app/readiness.h"

#include "support/catch.h"

using namespace restanza::host;

namespace {

struct Saying {
  std::string said;
  Readiness ready{[this](const std::string& line) { said += line + "\n"; }};
};

}  // namespace

TEST_CASE("without components it is ready as soon as it listens") {
  Saying saying;
  saying.ready.listening("ready http=a");
  CHECK(saying.said == "ready http=a\n");
}

TEST_CASE("it is ready once all components have logged in, whichever is the last, and says so once") {
  Saying saying;
  saying.ready.expect("component", "a.x");
  saying.ready.expect("component", "b.x");
  saying.ready.logged_in("b.x");
  saying.ready.listening("ready");
  CHECK(saying.said.empty());
  saying.ready.logged_in("a.x");
  saying.ready.expect("component", "c.x");
  saying.ready.logged_in("c.x");
  CHECK(saying.said == "ready component=a.x component=b.x\n");
}

TEST_CASE("a component that is taken away is not waited for") {
  Saying saying;
  saying.ready.expect("component", "a.x");
  saying.ready.expect("component", "b.x");
  saying.ready.listening("ready");
  saying.ready.logged_in("a.x");
  saying.ready.taken_away("b.x");
  CHECK(saying.said == "ready component=a.x\n");
}
