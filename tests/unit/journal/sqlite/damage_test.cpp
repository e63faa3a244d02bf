// SPDX-License-Identifier: MIT
// Damaged files are set aside whole, and the journal begins anew.
#include "journal/journal.h"
#include "opened.h"

using namespace restanza;
using namespace restanza::journal;

namespace {

constexpr size_t kPage = 4096;

void fill(const std::string& path) {
  Opened opened(path);
  opened.write([](Database& db) {
    for (int i = 0; i < 200; ++i) {
      std::vector<Delivery> deliveries(1);
      deliveries.front().endpoint = "default";
      REQUIRE(insert(db, message(std::to_string(i) + std::string(300, 'x')), deliveries));
    }
  });
}

}  // namespace

TEST_CASE("a damaged file is set aside as it is, and a new one takes its place") {
  const Directory directory;
  const std::string file = directory.file("journal.db");
  fill(directory.path);
  SECTION("its beginning is overwritten") {
    overwrite(file, 0, std::string(100, 'z'));
  }
  SECTION("a page is overwritten") {
    overwrite(file, 9 * kPage, std::string(kPage, 'z'));
  }
  SECTION("the end is missing") {
    std::filesystem::resize_file(file, 3 * kPage);
  }
  SECTION("it ends in the middle of a page") {
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - kPage / 2);
  }
  SECTION("it is no database at all") {
    std::ofstream(file, std::ios::trunc) << std::string(9000, 'z');
  }
  const std::string damaged = content(file);

  Opened anew(directory.path);
  REQUIRE(anew.set_aside == file + ".damaged-20251218T010000Z");
  CHECK(content(anew.set_aside) == damaged);
  CHECK(mode(anew.set_aside) == 0600);
  CHECK(mode(file) == 0600);
  CHECK(anew.listed().empty());
  anew.add("hello");
  CHECK(anew.listed().size() == 1);
}

TEST_CASE("a damaged file takes its write-ahead log along, and never another's name") {
  const Directory directory;
  const std::string file = directory.file("journal.db");
  fill(directory.path);
  overwrite(file, 0, std::string(100, 'z'));
  std::ofstream(file + "-wal") << "the log of the damaged file";
  std::ofstream(file + ".damaged-20251218T010000Z") << "an older one";
  Opened anew(directory.path);
  CHECK(anew.set_aside == file + ".damaged-20251218T010000Z.2");
  CHECK(content(file + ".damaged-20251218T010000Z") == "an older one");
  CHECK(content(anew.set_aside + "-wal") == "the log of the damaged file");
  CHECK(anew.listed().empty());
}

TEST_CASE("an empty file is a journal that has just begun") {
  const Directory directory;
  std::ofstream(directory.file("journal.db")).flush();
  CHECK(Opened(directory.path).set_aside.empty());
}

TEST_CASE("the log says where a damaged file went") {
  const Directory directory;
  overwrite((fill(directory.path), directory.file("journal.db")), 0, std::string(100, 'z'));
  FakeClock clock;
  Lines log;
  Journal journal({directory.path}, SqliteStore::open, clock, log);
  REQUIRE(journal.open());
  CHECK(log.of(Level::error) == "The journal was damaged and begins anew; the damaged file is kept as " +
                                    directory.file("journal.db.damaged-20251218T010000Z") + "\n");
}
