// SPDX-License-Identifier: MIT
// The journal over a file that refuses some changes.
#include "opened.h"
#include "unit/journal/running.h"

using namespace restanza;
using namespace restanza::journal;

// The file refuses to bring a delivery of `b` back to life, and a key with the fingerprint `broken`.
TEST_CASE("a command that fails has no effect, and what else is in its group is written") {
  const Directory directory;
  Opened(directory.path).write([](Database& db) {
    REQUIRE(db.script(
        "CREATE TRIGGER one BEFORE UPDATE OF seq ON delivery WHEN old.endpoint = 'b' "
        "BEGIN SELECT RAISE(ABORT, 'changed my mind'); END;"
        "CREATE TRIGGER two BEFORE INSERT ON request_key WHEN CAST(new.fingerprint AS TEXT) = 'broken' "
        "BEGIN SELECT RAISE(ABORT, 'broken'); END;"));
  });
  Running running(directory.path);
  for (const Delivery& delivery : running.take(entry("first", {"a", "b"})))
    running.journal.note_dead(delivery);
  Obstacle obstacle(running.journal);
  const auto before = running.offer(entry("before"));
  const auto failing =
      running.asked<std::vector<Delivery>>([&](auto then) { running.journal.revive(Filter{}, 10, then); });
  const auto claim = [&](const std::string& fingerprint) {
    return running.asked<Claim>(
        [&](auto then) { running.journal.claim_key("key", fingerprint, "me", then); });
  };
  const auto broken = claim("broken");
  const auto fine = claim("fine");
  const auto after = running.offer(entry("after"));
  obstacle.open();
  CHECK(before->wait());
  CHECK(failing->wait().error().text == directory.file("journal.db") + ": changed my mind");
  CHECK(broken->wait().error().text == directory.file("journal.db") + ": broken");
  CHECK(fine->wait()->kind == Claim::Kind::ours);
  CHECK(after->wait());
  CHECK(bodies(running) == "first first before after");
  CHECK(running.listed({State::dead, "", {}, {}}).size() == 2);
  CHECK(running.log.of(Level::error).empty());
}
