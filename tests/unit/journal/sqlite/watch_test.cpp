// SPDX-License-Identifier: MIT
// Somebody takes the files of a journal away, or shortens them, while it runs.
#include "journal/sqlite/watch.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "unit/journal/running.h"

using namespace restanza;
using namespace restanza::journal;
namespace fs = std::filesystem;

namespace {

// Until it is there, for what the journal does by itself.
template <class There>
bool comes(There there) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!there()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

// Larger than what SQLite keeps of a file in memory.
constexpr int kMany = 4000;
Entry large(int number) {
  xmpp::Stanza stanza = message(std::to_string(number));
  stanza.xml.insert(stanza.xml.find("</body>"), std::string(2000, 'x'));
  Entry made = entry("");
  made.stanza = std::make_shared<const xmpp::Stanza>(std::move(stanza));
  return made;
}

struct InMemory {
  Delivery delivery;
  std::shared_ptr<const xmpp::Stanza> stanza;
};

// kMany of them, in a few commits.
std::vector<InMemory> take_many(Running& running) {
  std::vector<InMemory> all;
  std::vector<TakenEvent> events;
  for (int i = 0; i < kMany; ++i) {
    Entry made = large(i);
    all.push_back({{}, made.stanza});
    events.push_back(running.offer(std::move(made)));
  }
  for (size_t i = 0; i < all.size(); ++i) {
    auto taken = events[i]->wait();
    REQUIRE(taken);
    all[i].delivery = taken->at(0);
  }
  return all;
}

}  // namespace

TEST_CASE("a journal whose files are taken away under it is written anew, whole, with the next group") {
  const Directory directory;
  const std::string database = directory.file("journal.db"), log = database + "-wal";
  const auto harm =
      GENERATE(as<std::string>(), "moved", "deleted", "log deleted", "replaced", "log replaced");
  CAPTURE(harm);
  std::vector<std::string> kept;
  {
    Running running(directory.path);
    const std::string dead = running.take(entry("1"))[0].id;
    running.journal.remember_stop({"default", Stop::paused, "x"});
    running.answer<Claim>([&](auto then) { running.journal.claim_key("key", "print", "component", then); });
    if (harm == "moved") fs::rename(database, directory.file("elsewhere.db"));
    if (harm == "deleted" || harm == "replaced") fs::remove(database);
    if (harm == "deleted" || harm == "log deleted" || harm == "log replaced") fs::remove(log);
    if (harm == "replaced") std::ofstream(database) << "another file";
    if (harm == "log replaced") std::ofstream(log) << "another file";
    running.take(entry("2"));
    CHECK(bodies(running) == "1 2");
    CHECK(running.listed()[1].seq == running.listed()[0].seq + 1);
    CHECK_THAT(running.log.of(Level::error), Contains("All that it holds has been written anew"));
    // This run still knows the key for its own.
    const auto claim = running.answer<Claim>(
        [&](auto then) { running.journal.claim_key("key", "print", "component", then); });
    CHECK(claim.kind == Claim::Kind::started);
    for (int i = 3; i < 100; ++i) running.take(entry(std::to_string(i)));
    CHECK(mode(database) == 0600);
    kept = {running.listed()[0].id};
    CHECK(kept[0] == dead);
  }
  Running again(directory.path);
  CHECK(again.log.of(Level::error).empty());
  CHECK(again.listed().size() == 99);
  CHECK(again.listed()[0].id == kept[0]);
  CHECK(again.stopped().size() == 1);
}

TEST_CASE("files that are taken away are noticed where nothing is asked for, too") {
  const Directory directory;
  Running running(directory.path);
  running.take(entry("1"));
  fs::rename(directory.file("journal.db"), directory.file("elsewhere.db"));
  CHECK(comes([&] { return !running.log.of(Level::error).empty(); }));
  CHECK(comes([&] { return fs::exists(directory.file("journal.db")); }));
  CHECK(bodies(running) == "1");
}

TEST_CASE("who reads while the files are written anew reads on, again and again") {
  const Directory directory;
  Running running(directory.path);
  const Seq seq = running.take(entry("1"))[0].seq;
  std::atomic<bool> enough{false};
  std::atomic<size_t> found{0}, missed{0};
  std::thread reader([&] {
    while (!enough) {
      const auto stanza = running.journal.load(seq);
      ++(stanza && *stanza ? found : missed);
    }
  });
  for (int round = 0; round < 5; ++round) {
    const size_t before = found;
    CHECK(comes([&] { return found > before || missed > 0; }));
    fs::remove(directory.file("journal.db"));
    running.take(entry("more"));
    CHECK(fs::exists(directory.file("journal.db")));
  }
  enough = true;
  reader.join();
  CHECK(missed == 0);
}

TEST_CASE("what cannot be read any more is asked for from whoever has it in memory") {
  const Directory directory;
  Running running(directory.path);
  const auto memory = take_many(running);
  running.journal.on_loss([&] {
    for (const auto& [delivery, stanza] : memory) running.journal.restore(delivery, stanza);
  });
  for (const char* name : {"journal.db", "journal.db-wal"}) fs::resize_file(directory.file(name), 0);
  const auto behind = running.take(entry("behind"));
  CHECK(behind[0].seq > memory.back().delivery.seq);
  CHECK_THAT(running.log.of(Level::error),
             Contains("shortened") && Contains("cannot be read any more") && Contains("journal.db.damaged-"));
  const auto listed = running.listed();
  REQUIRE(listed.size() == kMany + 1);
  for (size_t i = 0; i < memory.size(); ++i) CHECK(listed[i].id == memory[i].delivery.id);
  const auto last = running.journal.load(memory.back().delivery.seq);
  REQUIRE((last && *last));
  CHECK((*last)->xml == memory.back().stanza->xml);
  running.journal.restore(memory[0].delivery, memory[0].stanza);  // it is there
  CHECK(running.listed().size() == kMany + 1);
}

TEST_CASE("what is found to be damaged as it is read or written is asked for from memory, too") {
  const Directory directory;
  Running running(directory.path);
  const auto memory = take_many(running);
  running.journal.on_loss([&] {
    for (const auto& [delivery, stanza] : memory) running.journal.restore(delivery, stanza);
  });
  for (const char* name : {"journal.db", "journal.db-wal"}) {
    const auto size = static_cast<std::streamoff>(fs::file_size(directory.file(name)));
    std::fstream file(directory.file(name), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);  // behind the heads, which stay
    for (std::streamoff at = 4096; at < size; ++at) file.put('\x55');
  }
  const auto found =
      running.asked<std::vector<Delivery>>([&](auto then) { running.journal.list({}, 0, 1000000, then); });
  CHECK_FALSE(found->wait());
  running.take(entry("behind"));
  CHECK_THAT(running.log.of(Level::error), Contains("is damaged") && Contains("cannot be read any more"));
  CHECK(running.listed().size() == kMany + 1);
}

TEST_CASE("a file that is shortened while the program writes to it is known for what it was") {
  const Directory directory;
  const std::string database = directory.file("journal.db"), log = database + "-wal";
  std::ofstream(database) << std::string(4096, 'x');
  std::ofstream(log) << "\x37\x7f\x06\x82" + std::string(8192, 'x');
  Watch watch(database);
  watch.note();
  REQUIRE(watch.broken().empty());
  SECTION("the log, after this program has written to it") {
    fs::resize_file(log, 0);
  }
  SECTION("the log, before it writes behind that") {
    fs::resize_file(log, 0);
    fs::resize_file(log, 16384);
  }
  SECTION("the database") {
    fs::resize_file(database, 4095);
  }
  watch.note();
  CHECK_THAT(watch.broken(), Contains("has been shortened"));
}

TEST_CASE("SQLite cuts its log to kLogLimit, and who cuts it further is somebody else") {
  const Directory directory;
  const std::string log = directory.file("journal.db-wal");
  std::ofstream(directory.file("journal.db")) << "x";
  std::ofstream(log) << "\x37\x7f\x06\x82";
  Watch watch(directory.file("journal.db"));
  for (const off_t size : {kLogLimit + 4096, kLogLimit}) {
    fs::resize_file(log, static_cast<uintmax_t>(size));
    watch.note();
    CHECK(watch.broken().empty());
  }
  fs::resize_file(log, kLogLimit - 1);
  watch.note();
  CHECK_THAT(watch.broken(), Contains("has been shortened"));
}

TEST_CASE("a journal whose directory is gone says so once, goes on, and is written anew when there is one") {
  const Directory directory;
  fs::create_directory(directory.file("state"));
  Running running(directory.file("state"));
  running.take(entry("1"));
  fs::rename(directory.file("state"), directory.file("elsewhere"));
  for (const char* body : {"2", "3"}) running.take(entry(body));
  CHECK(bodies(running) == "1 2 3");
  const std::string said = running.log.of(Level::error);
  CHECK_THAT(said, Contains("cannot be written anew"));
  CHECK(std::count(said.begin(), said.end(), '\n') == 1);
  fs::create_directory(directory.file("state"));
  running.take(entry("4"));
  CHECK(comes([&] {
    return running.log.of(Level::error).find("All that it holds has been written anew") != std::string::npos;
  }));
  running.journal.stop();
  Running again(directory.file("state"));
  CHECK(bodies(again) == "1 2 3 4");
}

TEST_CASE("a journal that only its owner writes to is never taken for broken") {
  const Directory directory;
  Running running(directory.path);
  for (int round = 1; round <= 3; ++round) {  // its log is moved into the file again and again
    const auto taken = take_many(running);
    for (size_t i = 0; i < taken.size(); i += 2) running.journal.remove(taken[i].delivery.seq);
    CHECK(running.listed().size() == static_cast<size_t>(round) * kMany / 2);
  }
  CHECK(running.log.of(Level::error).empty());
  CHECK(directory.names() ==
        std::vector<std::string>{"journal.db", "journal.db-shm", "journal.db-wal", "journal.lock"});
}

TEST_CASE(
    "a journal that is emptied before it is written to is known to be lost, though it reads as an empty "
    "one") {
  const Directory directory;
  Entry first = entry("first");
  const auto stanza = first.stanza;
  std::vector<Delivery> taken;
  {
    Running before(directory.path);
    taken = before.take(std::move(first));
  }
  Running running(directory.path);
  bool asked_for = false;
  running.journal.on_loss([&] {
    asked_for = true;
    running.journal.restore(taken[0], stanza);
  });
  for (const char* name : {"journal.db", "journal.db-wal"}) fs::resize_file(directory.file(name), 0);
  running.take(entry("behind"));
  CHECK(asked_for);
  CHECK_THAT(running.log.of(Level::error), Contains("its tables are gone"));
  CHECK(running.listed().size() == 2);
}
