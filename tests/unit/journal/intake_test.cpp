// SPDX-License-Identifier: MIT
// The order in which what the journal was asked for comes into groups, and how many of it.
#include "journal/intake.h"

#include <atomic>
#include <future>
#include <thread>

#include "journal/journal.h"
#include "running.h"

using namespace restanza;
using namespace restanza::journal;
using namespace std::chrono_literals;

namespace {

struct Filled {
  Filled() { intake.open(); }

  bool take(const std::string& body) {
    return intake.take(entry(body), [](Entry, auto) {}, {});
  }
  void take_many(size_t count) {
    for (size_t i = 0; i < count; ++i) REQUIRE(take("x"));
  }
  void settle_many(size_t count) {
    for (size_t i = 1; i <= count; ++i) intake.settle(Removed{static_cast<Seq>(i)});
  }
  bool ask() { return bool(intake.put(std::make_unique<Asked>())); }

  // "take remove ask ", or how many of which where they are many.
  std::string next() {
    Group group;
    intake.next(group, std::chrono::steady_clock::now() + std::chrono::hours(1));
    std::string all;
    size_t takes = 0, changes = 0;
    for (const Item& item : group) {
      if (const auto* offered = std::get_if<OfferedEntry>(&item)) {
        ++takes;
        all += offered->entry.stanza->id + " ";
      } else if (const auto* change = std::get_if<Change>(&item)) {
        ++changes;
        const auto* removed = std::get_if<Removed>(change);
        all += removed ? "removed " + std::to_string(removed->seq) + " " : "other ";
      } else {
        all += "asked ";
      }
    }
    return group.size() < 20 ? all
                             : std::to_string(takes) + " takes " + std::to_string(changes) + " changes ";
  }

  Intake intake{true};
};

}  // namespace

TEST_CASE("what has been settled stands behind what was taken, but before what was asked for after it") {
  Filled filled;
  filled.intake.settle(Removed{1});
  filled.take("a");
  filled.intake.settle(Removed{2});
  filled.ask();
  filled.intake.settle(Removed{3});
  filled.take("b");
  CHECK(filled.next() == "a removed 1 removed 2 asked b removed 3 ");
}

TEST_CASE("while more is taken than one commit holds, that goes first, and then what has been settled") {
  Filled filled;
  filled.settle_many(50);
  filled.take_many(2 * Intake::kMaxGroup + 30);
  const std::string full = std::to_string(Intake::kMaxGroup) + " takes 0 changes ";
  CHECK(filled.next() == full);
  CHECK(filled.next() == full);
  CHECK(filled.next() == "30 takes 50 changes ");
}

TEST_CASE("kMaxSettled of it wait no longer than what is there already, and one less do") {
  const size_t settled = Intake::kMaxSettled - GENERATE(0u, 1u);
  Filled filled;
  filled.take_many(Intake::kMaxGroup + 30);
  filled.settle_many(settled);
  CHECK(filled.next() == std::to_string(Intake::kMaxGroup) + " takes 0 changes ");
  filled.take_many(20);  // later
  const std::string next = filled.next();
  if (settled < Intake::kMaxSettled) {
    CHECK(next == "50 takes " + std::to_string(settled) + " changes ");
  } else {
    CHECK(next == "30 takes " + std::to_string(Intake::kMaxGroup - 30) + " changes ");
    CHECK(filled.next() == "20 takes 30 changes ");
  }
}

TEST_CASE("what is settled while nobody has anything to do for long is written soon, and not only then") {
  for (int i = 0; i < 20; ++i) {
    Filled filled;
    std::promise<void> begins;
    auto next = std::async(std::launch::async, [&] {
      begins.set_value();
      return filled.next();
    });
    begins.get_future().wait();
    std::this_thread::yield();  // so that it mostly waits already
    filled.intake.settle(Removed{1});
    const bool came = next.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
    CHECK(came);
    filled.intake.close();
    if (!came) break;
    CHECK(next.get() == "removed 1 ");
  }
}

TEST_CASE("a look that is due finds an empty group") {
  Filled filled;
  Group group;
  filled.intake.next(group, std::chrono::steady_clock::now());
  CHECK(group.empty());
  CHECK_FALSE(filled.intake.ended());
}

TEST_CASE("what has been settled is written alone where nothing else comes, and all of it at the end") {
  Filled filled;
  filled.intake.settle(Removed{1});
  CHECK(filled.next() == "removed 1 ");
  filled.intake.settle(Removed{2});
  filled.intake.settle_now();
  CHECK(filled.next() == "removed 2 ");
  filled.intake.settle(Removed{3});
  filled.take("a");
  filled.intake.close();
  CHECK_FALSE(filled.intake.ended());
  CHECK(filled.next() == "a removed 3 ");
  CHECK(filled.intake.ended());
  CHECK(filled.next().empty());
  filled.intake.settle(Removed{4});
  CHECK_FALSE(filled.take("b"));
  CHECK_FALSE(filled.ask());
  CHECK(filled.intake.ended());
}

namespace {

// Counts the transactions.
class CountingStore final : public Store {
 public:
  CountingStore(std::unique_ptr<Store> store, std::atomic<int>& writes)
      : store_(std::move(store)), writes_(writes) {}
  Result<void> write(const std::vector<Write>& writes) override {
    ++writes_;
    return store_->write(writes);
  }
  Result<Answer> read(const Read& read) override { return store_->read(read); }
  bool full() override { return store_->full(); }

 private:
  const std::unique_ptr<Store> store_;
  std::atomic<int>& writes_;
};

}  // namespace

TEST_CASE("what has left goes along with what comes, in no commit of its own") {
  const Directory directory;
  std::atomic<int> writes{0};
  FakeClock clock;
  Lines log;
  const OpenStore counted = [&](const StorePlace& where, const Clock& by) {
    auto opened = store_on_disk()(where, by);
    if (opened) opened->store = std::make_unique<CountingStore>(std::move(opened->store), writes);
    return opened;
  };
  Journal journal({directory.path}, counted, clock, log);
  REQUIRE(journal.open());
  constexpr int kMessages = 200;
  for (int i = 0; i < kMessages; ++i) {
    const auto taken = std::make_shared<Event<Seq>>();
    REQUIRE(journal.take(entry("x"), [taken](Entry, auto deliveries) {
      taken->happen(deliveries ? deliveries->front().seq : 0);
    }));
    const Seq seq = taken->wait();
    REQUIRE(seq != 0);
    journal.remove(seq);
  }
  CHECK(writes >= kMessages);
  CHECK(writes <= kMessages + kMessages / 4);  // some, where this test had to wait for a processor
  const auto begun = std::chrono::steady_clock::now();
  const auto gone = [&] {
    const auto left = journal.load(kMessages);
    return left && !*left;
  };
  while (!gone() && std::chrono::steady_clock::now() - begun < kPatience) std::this_thread::yield();
  CHECK(gone());  // nothing else has come
}
