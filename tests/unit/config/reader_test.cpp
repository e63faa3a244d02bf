// SPDX-License-Identifier: MIT
// What the reader does by itself; the rows that use it are tested with the settings of the parts.
#include "config/reader.h"

#include "support/catch.h"

using namespace restanza;
using config::Reader;

namespace {

std::string said(std::string_view json, const std::function<void(Reader&)>& read_all) {
  const auto read = config::read_object(json, read_all);
  return read ? "" : read.error().text;
}

}  // namespace

TEST_CASE("the first error is kept, and a key that nobody asked for is one") {
  uint64_t count = 0;
  const auto both = [&](Reader& reader) {
    reader.count("a", count, 1, 9);
    reader.count("b", count, 1, 9);
  };
  CHECK(said(R"({"b": 9, "a": 1})", both).empty());
  CHECK(count == 9);
  CHECK(said(R"({"b": 10, "a": 0})", both) == "setting 'a' must be a whole number from 1 to 9, and is 0");
  CHECK(said(R"({"b": 2, "c": 3})", both) ==
        "setting 'c' is an unknown option: remove it or correct its name");
}

TEST_CASE("a key that is missing or null leaves the value as it is") {
  bool flag = true;
  const auto read = [&](Reader& reader) { reader.flag("a", flag); };
  CHECK(said("{}", read).empty());
  CHECK(said(R"({"a": null})", read).empty());
  CHECK(flag);
  CHECK(said(R"({"a": false})", read).empty());
  CHECK_FALSE(flag);
}

TEST_CASE("an error in a table of a list names the whole path") {
  std::vector<std::string> names;
  const auto read = [&](Reader& reader) {
    reader.tables("list", [&](Reader& entry) {
      entry.text("name", names.emplace_back());
      return entry.finish();
    });
  };
  CHECK(said(R"({"list": [{"name": "a"}, {"name": "b"}]})", read).empty());
  CHECK(names == std::vector<std::string>{"a", "b"});
  CHECK(said(R"({"list": [{"name": "a"}, {"name": 1}]})", read) == "setting 'list[1].name' must be a text");
  CHECK(said(R"({"list": [1]})", read) == "setting 'list[0]' must be a table");
}

TEST_CASE("a table of its own is read by its keys, and an error in it names the whole path") {
  std::vector<std::string> names;
  const auto read = [&](Reader& reader) {
    if (!reader.has_table("a")) return;
    reader.table("a", [&](Reader& inner) {
      for (const std::string& key : inner.keys()) inner.text(key, names.emplace_back());
      return inner.finish();
    });
  };
  CHECK(said(R"({"a": {"x": "1", "y": "2"}})", read).empty());
  CHECK(names == std::vector<std::string>{"1", "2"});
  CHECK(said(R"({"a": {"x": 1}})", read) == "setting 'a.x' must be a text");
  CHECK(said("{}", read).empty());
  const auto table = [](Reader& reader) { reader.table("a", [](Reader& inner) { return inner.finish(); }); };
  CHECK(said(R"({"a": 1})", table) == "setting 'a' must be a table");
  CHECK(said(R"({"a": {"x": 1}})", table) ==
        "setting 'a.x' is an unknown option: remove it or correct its name");
  CHECK(said(R"({"a": null})", table).empty());
}

TEST_CASE("settings are read to their depth and no deeper, and brackets in a text do not count") {
  const auto nested = [](size_t lists) {
    return "{\"a\": " + std::string(lists, '[') + "\"[[\\\"[[\"" + std::string(lists, ']') + "}";
  };
  CHECK(said(nested(63), [](Reader&) {}) ==
        "setting 'a' is an unknown option: remove it or correct its name");
  CHECK(said(nested(64), [](Reader&) {}) ==
        "the settings have more than 64 tables and lists inside each other");
}
