// SPDX-License-Identifier: MIT
// How many names of what is not mapped are told, and how long they are, at the limit and past it.
#include "mapping/naming.h"

#include <string>
#include <vector>

#include "mapping/codec.h"
#include "mapping/json/json.h"
#include "support/catch.h"

using namespace restanza;
using namespace restanza::mapping;

TEST_CASE("names are many and long only to a limit") {
  Json object = {{"body", "x"}};
  for (size_t i = 0; i <= kMaxNames; ++i) object["key" + std::to_string(i)] = i;
  object["a" + std::string(2 * kMaxNameBytes, 'x')] = 1;
  const auto decoded = decode(Format::json, object.dump(), {}, {});
  REQUIRE(decoded);
  CHECK(decoded->unmapped.size() == kMaxNames);
  CHECK(decoded->unmapped.front().size() == kMaxNameBytes);

  std::vector<std::string> names;
  const size_t fitting = kMaxNamesBytes / kMaxNameBytes;
  for (size_t i = 0; i <= fitting; ++i)
    add_name(names, std::string(kMaxNameBytes, static_cast<char>('a' + i)));
  CHECK(names.size() == fitting);
}
