// SPDX-License-Identifier: MIT
// What JSON and CBOR from outside may be at most, at each limit and one past it, and what is refused.
#include "mapping/json/cbor_shape.h"
#include "mapping/json/json.h"
#include "support/catch.h"

using namespace restanza;
using namespace restanza::mapping;
using namespace std::string_literals;

namespace {

std::string repeat(const std::string& text, size_t times) {
  std::string out;
  for (; times > 0; --times) out += text;
  return out;
}

std::string refusal(const Result<Json>& parsed) {
  return parsed ? "" : parsed.error().text;
}

}  // namespace

TEST_CASE("JSON is read to its depth and no deeper") {
  CHECK(parse_json(repeat("[", kMaxJsonDepth) + repeat("]", kMaxJsonDepth)));
  CHECK(refusal(parse_json(repeat("[", kMaxJsonDepth + 1) + repeat("]", kMaxJsonDepth + 1))) ==
        "objects and arrays are nested too deeply");
  CHECK(refusal(parse_json(repeat("{\"a\":", kMaxJsonDepth + 1))) ==
        "objects and arrays are nested too deeply");
  CHECK_FALSE(parse_json(repeat("[", 1000000)));
}

TEST_CASE("JSON has so many keys and elements and no more") {
  CHECK(parse_json("[0" + repeat(",0", kMaxJsonValues - 1) + "]"));
  CHECK(refusal(parse_json("[0" + repeat(",0", kMaxJsonValues) + "]")) == "too many keys and elements");
}

TEST_CASE("JSON has so many bytes and no more") {
  const std::string text(kMaxJsonBytes - 2, 'x');
  CHECK(parse_json("\"" + text + "\""));
  CHECK(refusal(parse_json("\"" + text + "x\"")) == "the document is larger than we read");
}

TEST_CASE("of a key that stands twice the last value counts, whatever the kinds of the values") {
  const auto last = [](const std::string& text) { return dump(*parse_json(text)); };
  CHECK(last(R"({"a":1,"b":2,"a":3})") == R"({"a":3,"b":2})");
  CHECK(last(R"({"a":{"x":1},"a":{"y":2}})") == R"({"a":{"y":2}})");
  CHECK(last(R"({"a":[1,2],"a":[3]})") == R"({"a":[3]})");
  CHECK(last(R"({"a":[{"a":1}],"a":"text","b":[{"a":1,"a":2}]})") == R"({"a":"text","b":[{"a":2}]})");
  CHECK(dump(*parse_cbor("\xa2\x61\x61\x01\x61\x61\x02"s)) == R"({"a":2})");
}

TEST_CASE("JSON that means nothing certain is refused") {
  for (const std::string& text : {"1e999"s, "NaN"s, "Infinity"s, "01"s, "'a'"s, "{a:1}"s, "[1,]"s, "/**/1"s,
                                  "\"\xff\""s, "\"\\ud800\""s, "\"\x01\""s, ""s, "1 1"s}) {
    CAPTURE(text);
    CHECK_THAT(refusal(parse_json(text)), Contains("the JSON ") && Contains(" at line 1, column "));
  }
}

TEST_CASE("JSON that is not well-formed is told with its line and column, and quotes nothing") {
  CHECK(refusal(parse_json("{")) == "the JSON ends too early, at line 1, column 2");
  CHECK(refusal(parse_json("{\n  \"a\": 1,\n}")) == "the JSON is not well-formed at line 3, column 1");
  CHECK(refusal(parse_json("{\"a\" 1}")) == "the JSON is not well-formed at line 1, column 6");
  CHECK(refusal(parse_json("\"secret")) == "the JSON ends too early, at line 1, column 8");
  CHECK(refusal(parse_json("\"\xC3\xA9\" x")) == "the JSON is not well-formed at line 1, column 5");
  CHECK(refusal(parse_json("{} {}")) == "the JSON is not well-formed at line 1, column 4");
}

TEST_CASE("CBOR is read to its depth and no deeper") {
  CHECK(parse_cbor(repeat("\x81", kMaxJsonDepth) + "\x01"));
  CHECK_FALSE(parse_cbor(repeat("\x81", kMaxJsonDepth + 1) + "\x01"));
  CHECK_FALSE(parse_cbor(repeat("\x9f", 1000000)));
  CHECK_FALSE(parse_cbor(repeat("\x7f", 1000000)));
  CHECK_FALSE(parse_cbor(repeat("\xc1", 1000000) + "\x01"));
}

TEST_CASE("CBOR that JSON can express is read") {
  CHECK(*parse_cbor("\xa1\x61\x61\x83\x01\x20\xf5"s) == Json::parse(R"({"a":[1,-1,true]})"));
  CHECK(*parse_cbor("\xbf\x7f\x61\x61\x61\x62\xff\x9f\xf6\xff\xff"s) == Json::parse(R"({"ab":[null]})"));
  CHECK(*parse_cbor("\xfb\x3f\xf8\x00\x00\x00\x00\x00\x00"s) == 1.5);
  CHECK(*parse_cbor("\x1b\xff\xff\xff\xff\xff\xff\xff\xff"s) == UINT64_MAX);
  CHECK(*parse_cbor("\x80"s) == Json::array());
  CHECK(*parse_cbor("\xa0"s) == Json::object());
}

TEST_CASE("CBOR that is broken or that JSON cannot express is refused") {
  for (const std::string& bytes : {
           ""s,                                      // nothing
           "\x82\x01"s,                              // an element is missing
           "\x01\x01"s,                              // something follows
           "\xa1\x01\x02"s,                          // a key that is no text
           "\xbf\x61\x61\xff"s,                      // a key without a value
           "\x41\x61"s,                              // a byte string
           "\xc0\x61\x61"s,                          // a tag
           "\x62\x61"s,                              // text cut short
           "\x7b\xff\xff\xff\xff\xff\xff\xff\xff"s,  // text of an impossible length
           "\x9b\xff\xff\xff\xff\xff\xff\xff\xff"s,  // an array of an impossible length
           "\x7f\x7f\x61\x61\xff\xff"s,              // chunks inside chunks
           "\xff"s,                                  // an end of nothing
           "\x1c"s,                                  // a reserved length
           "\xf7"s,                                  // undefined
           "\xf9\x7e\x00"s,                          // not a number
           "\xf9\x7c\x00"s,                          // infinite
           "\x61\xff"s,                              // not UTF-8
       }) {
    CAPTURE(dump(Json(Json::binary_t({bytes.begin(), bytes.end()}))));
    CHECK_FALSE(parse_cbor(bytes));
  }
}

TEST_CASE("every proper beginning of a CBOR document is refused") {
  const Json whole = Json::parse(R"({"a":[1,"text",{"b":1.5,"c":null}],"d":true,"e":70000})");
  const std::string bytes = dump_cbor(whole);
  REQUIRE(*parse_cbor(bytes) == whole);
  for (size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(parse_cbor(bytes.substr(0, size)));
}
