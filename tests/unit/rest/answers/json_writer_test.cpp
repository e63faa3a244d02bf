// SPDX-License-Identifier: MIT
#include "rest/answers/json_writer.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"

using namespace restanza;
using namespace restanza::rest;
using namespace std::chrono_literals;

TEST_CASE("a document is written member by member") {
  JsonWriter json;
  json.open_object();
  json.text("a", "b");
  json.open_array("list");
  json.open_object();
  json.number("n", -7);
  json.close();
  json.open_object();
  json.close();
  json.text("", "x");
  json.close();
  json.texts("none", {});
  json.texts("two", {"1", "2"});
  json.boolean("yes", true);
  json.null("gone");
  json.close();
  CHECK(json.take() ==
        R"({"a":"b","list":[{"n":-7},{},"x"],"none":[],"two":["1","2"],"yes":true,"gone":null})");
}

TEST_CASE("text is escaped, and what is not UTF-8 breaks nothing") {
  const auto written = [](const std::string& text) {
    JsonWriter json;
    json.open_array();
    json.text("", text);
    json.close();
    return nlohmann::json::parse(json.take())[0].get<std::string>();
  };
  const std::string all = std::string("\0\x01\x1F\x7F", 4) + "\"\\/\n\r\t\xC3\xA4\xF0\x9F\x98\x80";
  CHECK(written(all) == all);
  CHECK(written("a\xFF\"b\xC3") == "a\uFFFD\"b\uFFFD");
}

TEST_CASE("times are RFC 3339 in UTC, and spans are seconds") {
  JsonWriter json;
  json.open_object();
  json.time("t", WallTime(1893456000s + 7ms));
  json.time("before", WallTime(-1ms));
  json.seconds("s", 61005ms);
  json.seconds("none", std::nullopt);
  json.close();
  CHECK(json.take() ==
        R"({"t":"2030-01-01T00:00:00.007Z","before":"1969-12-31T23:59:59.999Z","s":61.005,"none":null})");
}
