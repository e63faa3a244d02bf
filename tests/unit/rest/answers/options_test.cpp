// SPDX-License-Identifier: MIT
// The options of a request: those that are known are read, and any other one is named.
#include "rest/answers/options.h"

#include "support/catch.h"

using namespace restanza::rest;

namespace {

std::string refusal(const std::vector<Option>& options, const Members& members) {
  const auto read = read_options(members, options);
  return read ? "" : std::to_string(read.error().status) + " " + read.error().text;
}

}  // namespace

TEST_CASE("of an option that is there twice the last one counts, and one that is not there stays unset") {
  std::optional<std::string> a, b;
  CHECK(refusal({text_option("a", a), text_option("b", b)}, {{"a", "1"}, {"a", ""}}).empty());
  CHECK(a == "");
  CHECK_FALSE(b);
}

TEST_CASE("an option that is not known is named, with all that are") {
  std::optional<std::string> text;
  const Option a = text_option("a", text), b = text_option("b", text), c = text_option("c", text);
  CHECK(refusal({a}, {{"x", "1"}}) == "400 'x' is an unknown option: a is known");
  CHECK(refusal({a, b}, {{"a", "1"}, {"x", "1"}}) == "400 'x' is an unknown option: a and b are known");
  CHECK(refusal({a, b, c}, {{"", "1"}}) == "400 '' is an unknown option: a, b and c are known");
}

TEST_CASE("a refusal repeats 100 bytes of a name and no more") {
  std::optional<std::string> text;
  const std::vector<Option> options = {text_option("a", text)};
  const std::string longest(100, 'x');
  CHECK(refusal(options, {{longest, ""}}) == "400 '" + longest + "' is an unknown option: a is known");
  CHECK(refusal(options, {{longest + "x", ""}}) == "400 '" + longest + "' is an unknown option: a is known");
}

TEST_CASE("what takes a value may refuse it, and nothing behind it is read") {
  std::optional<std::string> text;
  const Option never = {"never", [](const std::string& value) -> restanza::Result<void, Refusal> {
                          return refused::bad_query("not '" + value + "'");
                        }};
  CHECK(refusal({never, text_option("a", text)}, {{"never", "1"}, {"a", "2"}}) == "400 not '1'");
  CHECK_FALSE(text);
}
