// SPDX-License-Identifier: MIT
#include "settings/row.h"

#include <algorithm>

#include "settings/setting.h"
#include "support/catch.h"

using namespace restanza;
using namespace std::chrono_literals;

namespace {

struct Inner {
  size_t most = 8;
  std::chrono::milliseconds wait{1500};
};
struct Outer {
  Inner inner;
  bool loud = true;
};

// Hands out the same values for every key.
struct FixedReader {
  uint64_t number = 5;
  std::vector<std::string> asked = {};

  void count(const char* key, uint64_t& into, uint64_t, uint64_t) {
    asked.push_back(key);
    into = number;
  }
  void seconds(const char* key, std::chrono::milliseconds& into, double, double) {
    asked.push_back(key);
    into = 2s;
  }
  void flag(const char* key, bool& into) {
    asked.push_back(key);
    into = false;
  }
};

template <class S>
using Row = settings::Setting<FixedReader, S>;

settings::Settings<FixedReader, Outer> settings_of_outer() {
  settings::Settings<FixedReader, Outer> all = {Row<Outer>::flag("loud", &Outer::loud, "is heard").restart()};
  settings::add_below(all, &Outer::inner,
                      settings::Settings<FixedReader, Inner>{
                          Row<Inner>::count("most", &Inner::most, 1, 9, "`at most`"),
                          Row<Inner>::seconds("wait", &Inner::wait, 0.1, 60.0, "how long")});
  return all;
}

}  // namespace

TEST_CASE("settings are read in their order into the struct that is used, also below another") {
  FixedReader reader;
  Outer outer;
  settings::read_each(settings_of_outer(), reader, outer);
  CHECK(reader.asked == std::vector<std::string>{"loud", "most", "wait"});
  CHECK_FALSE(outer.loud);
  CHECK(outer.inner.most == 5);
  CHECK(outer.inner.wait == 2s);
}

TEST_CASE("a setting tells two structs apart by its own member only") {
  const auto all = settings_of_outer();
  Outer other;
  other.inner.most = 9;
  CHECK(all[0].same(Outer{}, other));
  CHECK_FALSE(all[1].same(Outer{}, other));
  CHECK(all[2].same(Outer{}, other));
}

namespace {

struct Named {
  std::string name = "a";
  std::string secret = "a";
};

// Has these keys, and hands out the name of each as its value.
struct NamesReader {
  std::vector<std::string> keys;
  std::string failure = {};

  bool has(const std::string& key) const { return std::count(keys.begin(), keys.end(), key) > 0; }
  void text(const std::string& key, std::string& into) {
    if (has(key)) into = key;
  }
  void fail(const std::string& key, const std::string& why) { failure = "'" + key + "' " + why; }
};

using NameRow = settings::Setting<NamesReader, Named>;
constexpr TextRule kShort{"1 to 3 bytes",
                          [](std::string_view text) { return !text.empty() && text.size() < 4; }};
constexpr TextRule kShortSecret{kShort.words, kShort.holds, true};

}  // namespace

TEST_CASE("a text must be what its row says, which an error repeats, but not what a secret was") {
  const settings::Settings<NamesReader, Named> rows = {
      NameRow::text("name", &Named::name, "").must_be(kShort, &Named::name),
      NameRow::text("secret", &Named::secret, "").must_be(kShortSecret, &Named::secret)};
  const auto error = [](const auto& of, const auto& value) {
    const auto checked = settings::check_each(of, value);
    return checked ? std::string() : checked.error().text;
  };
  CHECK(error(rows, Named{"abc", "abc"}).empty());
  CHECK(error(rows, Named{"abcd", "abcd"}) == "'name' must be 1 to 3 bytes, and is 'abcd'");
  CHECK(error(rows, Named{"abc", "abcd"}) == "'secret' must be 1 to 3 bytes");

  struct Around {
    Named part;
  };
  settings::Settings<NamesReader, Around> around;
  settings::add_below(around, &Around::part, rows);
  CHECK(error(around, Around{{"", "a"}}) == "'name' must be 1 to 3 bytes, and is ''");
}

TEST_CASE("a setting may stand under its old name, but not under both") {
  const auto row = NameRow::text("name", &Named::name, "").formerly("nick");
  const auto read = [&](std::vector<std::string> keys) {
    NamesReader reader{std::move(keys)};
    Named into;
    row.read(reader, "name", into);
    return reader.failure.empty() ? into.name : reader.failure;
  };
  CHECK(read({}) == "a");
  CHECK(read({"name"}) == "name");
  CHECK(read({"nick"}) == "nick");
  CHECK(read({"name", "nick"}) == "'nick' is the old name of 'name', which stands beside it: remove 'nick'");
}

TEST_CASE("of the settings that differ, those that need a restart are named behind the words before them") {
  Outer other;
  other.inner.most = 9;
  std::vector<std::string> keys;
  settings::add_restart_keys(settings_of_outer(), Outer{}, other, "part.", keys);
  CHECK(keys.empty());
  other.loud = false;
  settings::add_restart_keys(settings_of_outer(), Outer{}, other, "part.", keys);
  CHECK(keys == std::vector<std::string>{"part.loud"});
}

TEST_CASE("what needs a restart keeps the value that runs, and the rest is as it was read") {
  Outer running, read;
  running.inner.most = 3;
  read.loud = false;
  read.inner.most = 9;
  CHECK(settings::keep_until_restart(settings_of_outer(), running, read) == std::vector<std::string>{"loud"});
  CHECK(read.loud);
  CHECK(read.inner.most == 9);
  CHECK(settings::keep_until_restart(settings_of_outer(), running, read).empty());

  settings::Settings<FixedReader, Outer> below;
  settings::add_below(
      below, &Outer::inner,
      settings::Settings<FixedReader, Inner>{Row<Inner>::count("most", &Inner::most, 1, 9, "").restart()});
  CHECK(settings::keep_until_restart(below, running, read) == std::vector<std::string>{"most"});
  CHECK(read.inner.most == 3);
}

TEST_CASE("a row shows its member's first value as the default, and its bounds") {
  const auto rows = settings::rows_of(settings_of_outer());
  CHECK(settings::as_markdown({"Title", rows}) ==
        "## Title\n\n| key | type | default | changes | |\n| --- | --- | --- | --- | --- |\n"
        "| `loud` | true or false | true | restart | is heard |\n"
        "| `most` | whole number, 1 to 9 | 8 | SIGHUP | `at most` |\n"
        "| `wait` | seconds, 0.1 to 60 | 1.5 | SIGHUP | how long |\n");
  CHECK(settings::as_text({"T", {{"k", "text", "", "required", "s"}}}) ==
        "T\n\n  k: text; required\n      s\n");
  CHECK(settings::as_text({"Title", rows}) ==
        "Title\n"
        "\n  loud: true or false; default: true; restart\n      is heard\n"
        "\n  most: whole number, 1 to 9; default: 8\n      at most\n"
        "\n  wait: seconds, 0.1 to 60; default: 1.5\n      how long\n");
}

TEST_CASE("defaults are shown as they are written in a file") {
  CHECK(settings::shown(std::string("rest")) == "`\"rest\"`");
  CHECK(settings::shown(std::string()) == "none");
  CHECK(settings::shown(std::vector<std::string>{"a", "b"}) == "`[\"a\", \"b\"]`");
  CHECK(settings::shown(std::vector<std::string>()) == "none");
  CHECK(settings::shown(0.001) == "0.001");
  CHECK(settings::shown(100000.0) == "100000");
  CHECK(settings::shown(uint64_t{1} << 40) == "1099511627776");
}

TEST_CASE("a line for the terminal has 80 columns at most, unless a word has more") {
  const auto lines = [](const std::string& sentence) {
    return settings::as_text({"T", {{"k", "text", "", "none", sentence, true}}});
  };
  const std::string before = "T\n\n  k: text; default: none\n      ";
  CHECK(lines(std::string(70, 'a') + " bcd") == before + std::string(70, 'a') + " bcd\n");
  CHECK(lines(std::string(70, 'a') + " bcde") == before + std::string(70, 'a') + "\n      bcde\n");
  CHECK(lines(std::string(90, 'a') + " b") == before + std::string(90, 'a') + "\n      b\n");
  CHECK(settings::as_text({"T", {{"k", std::string(70, 't'), "", "none", "s", true}}}) ==
        "T\n\n  k: " + std::string(70, 't') + ";\n    default: none\n      s\n");
}
