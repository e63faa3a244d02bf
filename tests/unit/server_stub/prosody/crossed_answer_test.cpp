// SPDX-License-Identifier: MIT
#include "prosody/crossed_answer.h"

#include "support/catch.h"

using namespace restanza::host;

namespace {

// The answers that have crossed, each as "number code headers body;", a long body by its length.
std::string answers_in(Crossing& crossing) {
  std::string out;
  for (;;) {
    const CrossingItem item = crossing.take();
    if (std::holds_alternative<std::monostate>(item)) return out;
    const auto* answer = std::get_if<HttpAnswer>(&item);
    if (!answer) continue;
    const bool shown = answer->body.size() < 100;
    out += std::to_string(answer->request) + " " + std::to_string(answer->code) + " " +
           std::to_string(answer->headers.size()) + " " +
           (shown ? answer->body : std::to_string(answer->body.size())) + ";";
  }
}

}  // namespace

TEST_CASE("an answer crosses whole, in one piece or in several") {
  Crossing crossing;
  CrossedAnswer(crossing, 1).respond(200, {{"X-A", "b"}}, "hello");
  CrossedAnswer pieces(crossing, 2);
  CHECK(pieces.begin(201, {}) == XP_OK);
  CHECK(answers_in(crossing) == "1 200 1 hello;");
  CHECK(pieces.write("a") == XP_OK);
  CHECK(pieces.write("b") == XP_OK);
  pieces.end();
  CHECK(answers_in(crossing) == "2 201 0 ab;");
}

TEST_CASE("an answer that is cut off is told so, whatever of it was there") {
  Crossing crossing;
  CrossedAnswer pieces(crossing, 1);
  CHECK(pieces.begin(200, {}) == XP_OK);
  CHECK(pieces.write("a") == XP_OK);
  pieces.cut();
  CHECK(answers_in(crossing) == "1 0 0 ;");
}

TEST_CASE("an answer in pieces may be as long as there is room, and one more byte cuts it off") {
  Crossing crossing;
  const std::string most(CrossedAnswer::kMaxGathered, 'x');
  CrossedAnswer fits(crossing, 1), too_long(crossing, 2);
  CHECK(fits.begin(200, {}) == XP_OK);
  CHECK(fits.write(most) == XP_OK);
  fits.end();
  CHECK(answers_in(crossing) == "1 200 0 " + std::to_string(most.size()) + ";");
  CHECK(too_long.begin(200, {}) == XP_OK);
  CHECK(too_long.write(most) == XP_OK);
  CHECK(too_long.write("x") == XP_GONE);
  too_long.end();
  CHECK(answers_in(crossing) == "2 0 0 ;");
}
