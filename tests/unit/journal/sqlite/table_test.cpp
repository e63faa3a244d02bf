// SPDX-License-Identifier: MIT
#include "journal/sqlite/table.h"

#include "journal/columns.h"
#include "journal/report.h"
#include "journal/sqlite/schema.h"
#include "unit/journal/child.h"
#include "unit/journal/running.h"

using namespace restanza;
using namespace restanza::journal;
using namespace std::chrono_literals;

namespace {

// The table with ids, which are random, in their shape only.
std::string shown(const std::string& directory, std::chrono::milliseconds later = 0ms) {
  FakeClock clock;
  clock.advance(later);
  auto table = journal::table(directory, clock);
  if (!table) return table.error().text;
  for (size_t at = 0; (at = table->find("msg_", at)) != std::string::npos; at += 4) {
    for (size_t i = at + 4; i < at + 28; ++i) (*table)[i] = '-';
  }
  return *table;
}

void fill(Running& running) {
  running.take(entry("a secret body", {"crm", "audit"}));
  auto tried = running.take(entry("two", {"crm"})).front();
  tried.attempts = 2;
  tried.last_error = "status 503";
  running.journal.note_attempt(tried);
  auto dead = running.take(entry("three", {"audit"})).front();
  dead.attempts = 5;
  dead.last_error = "connection refused\n\x1b[2J";
  running.journal.note_dead(dead);
  running.journal.remember_stop({"audit", Stop::disabled, "it answered 410"});
  running.journal.remember_stop({"idle", Stop::paused, ""});
  REQUIRE(running.listed().size() == 4);
}

const std::string kShown =
    R"(ENDPOINT  STATE                      WAITING  DEAD  OLDEST  LAST ERROR
audit     disabled: it answered 410  1        1     90 s    connection refused??[2J
crm       active                     2        0     90 s    status 503
idle      paused                     0        0     -

ID                            ENDPOINT  STATE    FROM                   TO                  KIND     AGE   ATTEMPTS  LAST ERROR
msg_------------------------  crm       waiting  alice@localhost/phone  bot@rest.localhost  message  90 s  0
msg_------------------------  audit     waiting  alice@localhost/phone  bot@rest.localhost  message  90 s  0
msg_------------------------  crm       waiting  alice@localhost/phone  bot@rest.localhost  message  90 s  2         status 503
msg_------------------------  audit     dead     alice@localhost/phone  bot@rest.localhost  message  90 s  5         connection refused??[2J
)";

}  // namespace

TEST_CASE("the table shows a journal that runs, was killed, and was stopped, and changes no file of it") {
  const Directory directory;
  Child child([&](Child& side) {
    Running running(directory.path);
    fill(running);
    side.say("ready");
    side.hear();
  });
  REQUIRE(child.hear() == "ready");
  const auto unchanged = [&] {
    const auto names = directory.names();
    std::vector<std::string> contents;
    for (const auto& name : names) contents.push_back(content(directory.file(name)));
    CHECK(shown(directory.path, 90s) == kShown);
    CHECK(directory.names() == names);
    for (size_t i = 0; i < names.size(); ++i) {
      INFO(names[i]);
      CHECK((names[i] == "journal.db-shm" || content(directory.file(names[i])) == contents[i]));
    }
  };
  unchanged();
  child.kill();
  REQUIRE(std::filesystem::file_size(directory.file("journal.db-wal")) > 0);
  unchanged();
  CHECK(Running(directory.path).listed().size() == 4);
  REQUIRE(directory.names() == std::vector<std::string>{"journal.db", "journal.lock"});
  unchanged();
}

TEST_CASE("a journal that holds nothing says so") {
  const Directory directory;
  { const Running running(directory.path); }
  CHECK(shown(directory.path) == "The journal is empty.\n");
}

TEST_CASE("the table ends with whose idempotency keys there are, the most first") {
  const Directory directory;
  {
    Running running(directory.path);
    const auto claim = [&](const std::string& key, const std::string& credential) {
      running.answer<Claim>([&](auto then) { running.journal.claim_key(key, "body", credential, then); });
    };
    claim("1", "token ci");
    claim("2", "component");
    claim("3", "component");
  }
  CHECK(shown(directory.path) == R"(The journal is empty.

IDEMPOTENCY KEYS OF  KEYS  BYTES
component            2     1096
token ci             1     544
all                  3     1640
)");
}

TEST_CASE("a journal that 0.1.0 wrote is shown before its first start, and is left as it is") {
  const Directory directory;
  std::filesystem::copy_file(STATE_0_1 "/rest.localhost/journal.db", directory.file("journal.db"));
  const std::string text = shown(directory.path);
  CHECK_THAT(text, Contains("archive") && Contains("it answered 500"));
  CHECK_THAT(text, !Contains("IDEMPOTENCY KEYS"));
  CHECK(shown(directory.path) == text);
}

TEST_CASE("where there is no journal, or none of ours, the table is an error that names it") {
  const Directory directory;
  CHECK(shown(directory.path) == "there is no journal in " + directory.path);
  CHECK(directory.names().empty());
  std::ofstream(directory.file("journal.db")) << std::string(5000, 'z');
  CHECK(shown(directory.path) == directory.file("journal.db") + ": file is not a database");
  std::ofstream(directory.file("journal.db"), std::ios::trunc).flush();
  CHECK_THAT(shown(directory.path),
             Contains("journal.db: its layout is version 0, and this program reads version " +
                      std::to_string(kOldestReadable) + " and later ones"));
}

TEST_CASE("kMaxShown deliveries are shown, and of one more it is said that there is one") {
  const Directory directory;
  const auto lines = [&] { return shown(directory.path); };
  {
    Running running(directory.path);
    for (size_t i = 0; i < kMaxShown; ++i) running.take(entry(std::to_string(i)));
  }
  CHECK(lines().find("more") == std::string::npos);
  {
    Running running(directory.path);
    running.take(entry("one more"));
  }
  const std::string text = lines();
  CHECK(text.substr(text.size() - 11) == "and 1 more\n");
  CHECK(static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) == 2 + 1 + 1 + kMaxShown + 1);
}

TEST_CASE("ages are told in the unit that says enough") {
  const Directory directory;
  {
    Running running(directory.path);
    running.take(entry("hello"));
  }
  const auto has = [&](std::chrono::milliseconds later, const std::string& age) {
    return shown(directory.path, later).find("  " + age + "  ") != std::string::npos;
  };
  CHECK(has(0s, "0 s"));
  CHECK(has(119s, "119 s"));
  CHECK(has(120s, "2 min"));
  CHECK(has(2h - 1s, "119 min"));
  CHECK(has(2h, "2 h"));
  CHECK(has(48h - 1s, "47 h"));
  CHECK(has(48h, "2 d"));
  CHECK(has(-10min, "0 s"));  // the clock was set back
}

TEST_CASE("cells longer than kMaxCell characters are cut, and columns stand under each other") {
  Columns columns({"A", "B"});
  std::string fits, longer;
  for (size_t i = 0; i < kMaxCell; ++i) fits += "ü";
  longer = fits + "ü";
  columns.add({fits, "x"});
  columns.add({longer, "x"});
  const std::string space(2, ' ');
  CHECK(columns.text() == "A" + std::string(kMaxCell + 3 - 1, ' ') + space + "B\n" + fits +
                              std::string(3, ' ') + space + "x\n" + fits + "..." + space + "x\n");
}
