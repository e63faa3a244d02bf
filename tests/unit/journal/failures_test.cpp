// SPDX-License-Identifier: MIT
// What becomes of the journal when the process is killed, and when the file cannot be written any more.
#include <sys/resource.h>

#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "child.h"
#include "journal/journal.h"
#include "running.h"

using namespace restanza;
using namespace restanza::journal;

namespace {

// From now on no file of this process grows past `size`; writes beyond it fail as on a disk that is full.
void limit_files(uint64_t size) {
  signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &limit) == 0);
  limit.rlim_cur = std::min<rlim_t>(size, limit.rlim_max);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

size_t lines_of(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

// Asked for by turns until it is there; each turn is one of the journal's own groups.
bool comes(const std::function<bool()>& there) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (there()) return true;
    std::this_thread::yield();
  }
  return false;
}

// A store whose files somebody takes away between a look and the write behind it.
struct TakenAway final : Store {
  explicit TakenAway(std::unique_ptr<Store> its_files) : files(std::move(its_files)) {}

  Result<void> write(const std::vector<Write>& writes) override {
    if (gone && looked) return Error{"the files are gone"};
    return files->write(writes);
  }
  Result<Answer> read(const Read& read) override { return files->read(read); }
  bool full() override { return files->full(); }
  Result<std::optional<Renewed>> look() override {
    if (!gone || !std::exchange(looked, true)) return std::optional<Renewed>();
    if (stays_away) return Error{"there is no place for them"};
    gone = looked = false;
    return std::optional<Renewed>(Renewed{"the files are gone", {}, {}});
  }

  const std::unique_ptr<Store> files;
  std::atomic<bool> gone{false}, stays_away{false};
  bool looked = false;  // since they are gone
};

#define EXPECT(condition) \
  if (!(condition))       \
  return "line " + std::to_string(__LINE__) + ": " #condition ": " + running.log.of(Level::error)

}  // namespace

TEST_CASE("a process that is killed while it writes loses nothing of what it was told") {
  const Directory directory;
  std::vector<std::string> told;
  for (int round = 0; round < 5; ++round) {
    Child child([&](Child& side) {
      Running running(directory.path);
      int number = 0;
      for (;;) {
        Entry next = entry(std::to_string(round) + "_" + std::to_string(number));
        if (running.journal.take(std::move(next), [&side](Entry taken, auto deliveries) {
              if (deliveries) side.say(taken.stanza->id);
            })) {
          ++number;
        }
      }
    });
    const size_t enough = told.size() + 200 + 300 * static_cast<size_t>(round);
    while (told.size() < enough) {
      const auto line = child.hear();
      REQUIRE(line);
      told.push_back(*line);
    }
    kill(child.pid(), SIGKILL);
    while (const auto line = child.hear()) told.push_back(*line);  // what it had said already
  }
  Running running(directory.path);
  CHECK(running.log.of(Level::error).empty());
  std::vector<std::string> there;
  for (const auto& delivery : running.listed()) {
    const auto stanza = running.journal.load(delivery.seq);
    REQUIRE((stanza && *stanza));
    there.push_back((*stanza)->id);
  }
  // In each round what is there goes on where the process did not get to tell; nothing is missing between.
  std::map<std::string, int> next;
  for (const auto& id : there) {
    const auto round = id.substr(0, id.find('_'));
    REQUIRE(id == round + "_" + std::to_string(next[round]++));
  }
  const std::set<std::string> kept(there.begin(), there.end());
  for (const auto& id : told) REQUIRE(kept.count(id) == 1);
}

TEST_CASE("where the file cannot grow, new stanzas are refused, and changes are written when it can") {
  const Directory directory;
  CHECK(elsewhere([&]() -> std::string {
          Running running(directory.path);
          const auto first = running.take(entry("first")).front();
          auto second = running.take(entry("second")).front();
          limit_files(std::filesystem::file_size(directory.file("journal.db-wal")));

          const std::string refusal = running.refusal(entry("third"));
          // Newer releases of SQLite also tell the system's word for it.
          const std::string failed = directory.file("journal.db") + ": disk I/O error";
          EXPECT(refusal == failed || refusal == failed + " (File too large)");
          EXPECT(running.refusal(entry("fourth")) == refusal);
          running.journal.remove(first.seq);
          second.attempts = 1;
          running.journal.note_attempt(second);
          second.attempts = 2;
          running.journal.note_attempt(second);
          running.journal.remember_stop({"crm", Stop::paused, ""});
          // Looking works all the time, and shows what was committed.
          EXPECT(ids(running.listed()) == first.id + " " + second.id);
          EXPECT(xml_of(running.journal.load(second.seq)) == message("second").xml);
          // But not for who would take `first` for one that waits.
          const auto settled = [&] {
            const auto list = running.asked<std::vector<Delivery>>(
                [&](auto then) { running.journal.list_settled(Filter{}, 0, 10, then); });
            const auto stops = running.asked<std::vector<EndpointStop>>(
                [&](auto then) { running.journal.stops_settled(then); });
            return std::pair(bool(list->wait()), bool(stops->wait()));
          };
          EXPECT(settled() == std::pair(false, false));
          EXPECT(running.log.of(Level::error) ==
                 "The journal cannot be written: " + refusal +
                     ": new stanzas for endpoints are refused until it can\n");

          limit_files(RLIM_INFINITY);
          EXPECT(comes([&] { return ids(running.listed()) == second.id; }));
          EXPECT(running.listed().front().attempts == 2);
          EXPECT(settled() == std::pair(true, true));
          EXPECT(running.take(entry("fifth")).front().seq > second.seq);
          EXPECT(lines_of(running.log.of(Level::error)) == 1);
          EXPECT(running.log.of(Level::info) == "The journal can be written again\n");
          return "as it should";
        }) == "as it should");
  Running running(directory.path);
  CHECK(bodies(running) == "second fifth");
}

TEST_CASE("a stanza that does not fit is refused alone, and the changes of its group are written at once") {
  const Directory directory;
  CHECK(elsewhere([&]() -> std::string {
          Running running(directory.path);
          const auto first = running.take(entry("first")).front();
          const auto second = running.take(entry("second")).front();
          limit_files(std::filesystem::file_size(directory.file("journal.db-wal")) + 100000);
          Obstacle obstacle(running.journal);
          running.journal.remove(first.seq);
          const auto large = running.offer(entry(std::string(300000, 'x')));
          Entry passing = entry("passing");
          passing.keep = false;
          const auto passed = running.offer(std::move(passing));
          const auto claim =
              running.asked<Claim>([&](auto then) { running.journal.claim_key("key", "body", "me", then); });
          obstacle.open();
          EXPECT(!large->wait());
          EXPECT(passed->wait());
          EXPECT(claim->wait()->kind == Claim::Kind::ours);
          EXPECT(ids(running.listed()) == second.id);
          EXPECT(
              running.answer<Claim>([&](auto then) { running.journal.claim_key("key", "body", "me", then); })
                  .kind == Claim::Kind::started);
          EXPECT(lines_of(running.log.of(Level::error)) == 1);
          EXPECT(running.log.of(Level::info).empty());
          running.take(entry("third"));
          EXPECT(lines_of(running.log.of(Level::info)) == 1);
          return "as it should";
        }) == "as it should");
}

TEST_CASE("what cannot be written when the journal stops is said") {
  const Directory directory;
  CHECK(elsewhere([&]() -> std::string {
          Running running(directory.path);
          const auto first = running.take(entry("first")).front();
          const auto second = running.take(entry("second")).front();
          limit_files(std::filesystem::file_size(directory.file("journal.db-wal")));
          running.journal.remove(first.seq);
          running.journal.remove(second.seq);
          running.journal.stop();
          EXPECT(running.log.of(Level::error)
                     .find(": 2 changes are lost, so some deliveries will be repeated\n") !=
                 std::string::npos);
          return "as it should";
        }) == "as it should");
  Running running(directory.path);
  CHECK(bodies(running) == "first second");
}

TEST_CASE(
    "what cannot be written because the files have just been taken away is written once they are anew") {
  const Directory directory;
  FakeClock clock;
  Lines log;
  TakenAway* store = nullptr;
  Journal journal(
      {directory.path, uint64_t{1} << 30},
      [&](const StorePlace& where, const Clock& its_clock) {
        auto opened = store_on_disk()(where, its_clock);
        REQUIRE(opened);
        auto made = std::make_unique<TakenAway>(std::move(opened->store));
        store = made.get();
        opened->store = std::move(made);
        return opened;
      },
      clock, log);
  REQUIRE(journal.open());
  const auto take = [&](const std::string& id) {
    auto event = std::make_shared<Event<Result<std::vector<Delivery>>>>();
    REQUIRE(journal.take(entry(id), [event](Entry, auto taken) { event->happen(std::move(taken)); }));
    const auto taken = event->wait();
    return taken ? "taken" : taken.error().text;
  };
  CHECK(take("first") == "taken");
  store->gone = true;
  CHECK(take("second") == "taken");
  store->gone = store->stays_away = true;
  CHECK(take("third") == "the files are gone");
  store->stays_away = false;
  std::string fourth;
  CHECK(comes([&] { return (fourth = take("fourth")) == "taken"; }));
}
