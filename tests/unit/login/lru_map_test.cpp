// SPDX-License-Identifier: MIT
#include "login/lru_map.h"

#include "support/catch.h"

using namespace restanza;

TEST_CASE("a table keeps so many values, and for one more lets go of the one idle for longest") {
  LruMap<int> table(3);
  table.use("a") = 1;
  table.use("b") = 2;
  table.use("c") = 3;
  CHECK(table.size() == 3);
  CHECK(table.use("a") == 1);
  table.use("d") = 4;
  CHECK(table.size() == 3);
  CHECK(table.find("b") == nullptr);
  CHECK(*table.find("a") == 1);
  CHECK(*table.find("c") == 3);
  CHECK(table.idlest() == 3);
}

TEST_CASE("looking does not count as use") {
  LruMap<int> table(2);
  table.use("a") = 1;
  table.use("b") = 2;
  CHECK(*table.find("a") == 1);
  table.use("c") = 3;
  CHECK(table.find("a") == nullptr);
}

TEST_CASE("a value that comes back is a new one") {
  LruMap<int> table(1);
  table.use("a") = 1;
  table.drop_idlest();
  CHECK(table.size() == 0);
  CHECK(table.use("a") == 0);
}
