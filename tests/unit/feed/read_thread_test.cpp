// SPDX-License-Identifier: MIT
// The thread that reads for all.
#include "feed/read_thread.h"

#include <atomic>
#include <functional>
#include <stdexcept>

#include "support/catch.h"
#include "support/collected.h"

using namespace restanza;
using namespace restanza::feed;
using namespace restanza::test;

namespace {

struct Work final : ReadThread::Task {
  explicit Work(std::function<void()> its_work) : work(std::move(its_work)) {}
  void run() override { work(); }
  const std::function<void()> work;
};

std::shared_ptr<Work> work(std::function<void()> what) {
  return std::make_shared<Work>(std::move(what));
}

}  // namespace

TEST_CASE("tasks run in the order of asking, each once for as often as it is asked for while it waits") {
  CollectedLog log;
  ReadThread thread(log);
  Door held, reached;
  Collected<std::string> ran;
  thread.ask(work([&] {
    reached.open();
    held.pass();
  }));
  thread.start();
  REQUIRE(reached.pass());
  const auto one = work([&] { ran.add("one"); }), two = work([&] { ran.add("two"); });
  for (const auto& task : {one, two, one, one, two}) thread.ask(task);
  held.open();
  CHECK(ran.wait(2) == std::vector<std::string>{"one", "two"});
  thread.ask(one);
  CHECK(ran.wait(3).back() == "one");
}

TEST_CASE("a task that is asked for while it runs runs again") {
  CollectedLog log;
  ReadThread thread(log);
  thread.start();
  Collected<int> ran;
  std::shared_ptr<Work> task;
  task = work([&] {
    if (ran.now().empty()) thread.ask(task);
    ran.add(1);
  });
  thread.ask(task);
  CHECK(ran.wait(2).size() == 2);
  thread.stop();
}

TEST_CASE("what a task throws is told to the log, and the others run") {
  CollectedLog log;
  ReadThread thread(log);
  thread.start();
  Door ran;
  thread.ask(work([] { throw std::runtime_error("it is broken"); }));
  thread.ask(work([&] { ran.open(); }));
  CHECK(ran.pass());
  CHECK(log.lines.now() == std::vector<std::string>{"reading updates went wrong: it is broken"});
}

TEST_CASE("a line of 100,000 that never runs goes with the thread, and nothing is taken after its end") {
  CollectedLog log;
  std::atomic<int> ran{0};
  const auto kept = work([&] { ++ran; });
  {
    ReadThread thread(log);
    thread.ask(kept);
    for (int i = 0; i < 100000; ++i) thread.ask(work([&] { ++ran; }));
    thread.stop();
    thread.ask(kept);
  }
  CHECK(kept.use_count() == 1);
  CHECK(ran == 0);
}
