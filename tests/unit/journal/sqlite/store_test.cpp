// SPDX-License-Identifier: MIT
#include "journal/sqlite/store.h"

#include <unistd.h>

#include "journal/sqlite/schema.h"
#include "opened.h"
#include "unit/journal/child.h"

using namespace restanza;
using namespace restanza::journal;

namespace {

std::string refusal(const std::string& directory) {
  const SystemClock clock;
  const auto opened = SqliteStore::open({directory, {}, {}, 1 << 30}, clock);
  return opened ? "opened" : opened.error().text;
}

}  // namespace

TEST_CASE("what was written is there when the journal is opened again") {
  const Directory directory;
  Opened(directory.path).add("hello");
  Opened again(directory.path);
  CHECK(again.set_aside.empty());
  CHECK(ids(again.listed()) == "msg_hello_default");
}

TEST_CASE("a journal in memory makes no file and begins empty") {
  Opened(std::string()).add("hello");
  CHECK(Opened(std::string()).listed().empty());
}

TEST_CASE("nobody but the owner may read the files, whatever the umask and whatever they were before") {
  const Directory directory;
  const mode_t before = umask(0);
  {
    Opened opened(directory.path);
    opened.add("hello");
    CHECK(directory.names() ==
          std::vector<std::string>{"journal.db", "journal.db-shm", "journal.db-wal", "journal.lock"});
    for (const auto& name : directory.names()) {
      INFO(name);
      CHECK(mode(directory.file(name)) == 0600);
    }
  }
  umask(before);
  REQUIRE(chmod(directory.file("journal.db").c_str(), 0644) == 0);
  const Opened again(directory.path);
  CHECK(mode(directory.file("journal.db")) == 0600);
  CHECK(mode(directory.file("journal.db-wal")) == 0600);
}

TEST_CASE("work that fails leaves nothing behind") {
  const Directory directory;
  Opened opened(GENERATE(true, false) ? directory.path : std::string());
  const auto written = opened.store->write([](Database& db) -> Result<void> {
    std::vector<Delivery> deliveries(1);
    REQUIRE(insert(db, message("hello"), deliveries));
    return Error{"changed my mind"};
  });
  REQUIRE_FALSE(written);
  CHECK(written.error().text == "changed my mind");
  CHECK(opened.number("SELECT count(*) FROM stanza") == 0);
  opened.add("next");
  CHECK(opened.listed().size() == 1);
}

TEST_CASE("an error says which file it is about") {
  const Directory directory;
  Opened opened(directory.path);
  const auto written = opened.store->write([](Database& db) { return db.run("SELECT * FROM nowhere"); });
  REQUIRE_FALSE(written);
  CHECK(written.error().text == directory.file("journal.db") + ": no such table: nowhere");
}

TEST_CASE("who reads sees what was committed, while somebody else writes") {
  const Directory directory;
  Opened opened(directory.path);
  opened.add("first");
  opened.write([&](Database& db) {
    std::vector<Delivery> deliveries(1);
    REQUIRE(insert(db, message("second"), deliveries));
    size_t seen = 0;
    CHECK(opened.store->read([&](Database& reader) -> Result<void> {
      const auto all = list(reader, {}, 0, 10);
      if (!all) return all.error();
      seen = all->size();
      return {};
    }));
    CHECK(seen == 1);
  });
}

TEST_CASE("a reader cannot write to the file") {
  const Directory directory;
  Opened opened(directory.path);
  CHECK_FALSE(opened.store->read([](Database& db) { return db.run("DELETE FROM delivery"); }));
}

TEST_CASE("a second process is refused, and told which directory is in use and what to do") {
  const Directory directory;
  {
    const Opened opened(directory.path);
    CHECK(elsewhere([&] { return refusal(directory.path); }) ==
          "the state directory " + directory.path +
              " is in use by another process: end that one, or give each a state directory of its own");
  }
  CHECK(elsewhere([&] { return refusal(directory.path); }) == "opened");
}

TEST_CASE("a process that was killed holds the directory no longer") {
  const Directory directory;
  Child child([&](Child& side) {
    Opened opened(directory.path);
    opened.add("hello");
    side.say("ready");
    side.hear();
  });
  REQUIRE(child.hear() == "ready");
  CHECK(refusal(directory.path) != "opened");
  child.kill();
  CHECK(ids(Opened(directory.path).listed()) == "msg_hello_default");
}

TEST_CASE("a directory that is missing or not writable is refused by name") {
  const Directory directory;
  CHECK(refusal(directory.file("missing")) ==
        directory.file("missing/journal.lock") +
            ": No such file or directory: the state directory must exist and be writable for this user");
  REQUIRE(chmod(directory.path.c_str(), 0555) == 0);
  CHECK(elsewhere([&]() -> std::string {
          if (geteuid() == 0 && setuid(65534) != 0) return "root stays root";  // who may write everywhere
          return refusal(directory.path);
        }) == directory.file("journal.lock") +
                  ": Permission denied: the state directory must exist and be writable for this user");
  REQUIRE(chmod(directory.path.c_str(), 0700) == 0);
}

TEST_CASE("a file of a later version is refused, and left as it is") {
  const Directory directory;
  Opened(directory.path).number("PRAGMA user_version = 70");
  CHECK(refusal(directory.path) ==
        directory.file("journal.db") + ": its layout is version 70, and this program knows version " +
            std::to_string(migrations().back().to) +
            ": run the version that wrote it, or move the file away to begin anew");
  CHECK(directory.names() == std::vector<std::string>{"journal.db", "journal.lock"});
}

TEST_CASE("the journal is full from max_bytes on, and what is free inside the file does not count") {
  const Directory directory;
  const std::string where = GENERATE(true, false) ? directory.path : std::string();
  int64_t used = 0;
  {
    Opened opened(where);
    used = opened.number("PRAGMA page_count") * opened.number("PRAGMA page_size");
    CHECK(used > 0);
  }
  CHECK(Opened(where, static_cast<uint64_t>(used)).store->full());
  Opened opened(where, static_cast<uint64_t>(used) + 1);
  CHECK_FALSE(opened.store->full());
  const Seq seq = opened.add(std::string(20000, 'x')).seq;
  CHECK(opened.store->full());
  opened.write([&](Database& db) { REQUIRE(discard(db, seq)); });
  CHECK_FALSE(opened.store->full());
}

TEST_CASE("a large journal is found to be full with the transaction that fills it") {
  const Directory directory;
  constexpr uint64_t kMax = Database::kNear + (8u << 20);
  Opened opened(directory.path, kMax);
  const std::string body(1u << 20, 'x');
  bool full = false;
  for (size_t count = 0; !full && count * body.size() <= kMax; ++count) {
    opened.add(body);
    full = opened.store->full();
    const auto used = (opened.number("PRAGMA page_count") - opened.number("PRAGMA freelist_count")) *
                      opened.number("PRAGMA page_size");
    CHECK(full == (static_cast<uint64_t>(used) >= kMax));
  }
  CHECK(full);
}
