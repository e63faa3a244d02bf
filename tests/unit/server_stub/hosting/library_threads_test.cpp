// SPDX-License-Identifier: MIT
#include "hosting/library_threads.h"

#include <future>
#include <optional>
#include <thread>

#include "base/thread.h"
#include "support/catch.h"
#include "support/descriptors.h"
#include "support/scarce_memory.h"

using namespace restanza;
using namespace restanza::host;

namespace {

// A thread that is there until it is told to end.
class Idler {
 public:
  enum class Of { anybody, the_host };
  explicit Idler(Of whose = Of::anybody) {
    const auto idle = [this] { end_.get_future().wait(); };
    thread_ = whose == Of::the_host ? start_thread("of-the-host", idle) : std::thread(idle);
  }
  ~Idler() {
    end_.set_value();
    thread_.join();
  }

 private:
  std::promise<void> end_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("threads that were there before a library are not its own") {
  const Idler before;
  const LibraryThreads threads;
  const auto left = threads.left();
  CHECK(left.own == 0);
  CHECK_FALSE(left.others);
}

TEST_CASE("a thread that comes in a call into a library is its own, until it ends") {
  LibraryThreads threads;
  std::optional<Idler> begun;
  {
    const LibraryThreads::Call call(threads);
    begun.emplace();
  }
  const auto left = threads.left();
  CHECK(left.own == 1);
  CHECK_FALSE(left.others);
  begun.reset();
  CHECK(threads.left().own == 0);
}

TEST_CASE("a thread that comes outside the calls may be anybody's") {
  const LibraryThreads threads;
  const Idler someones;
  const auto left = threads.left();
  CHECK(left.own == 0);
  CHECK(left.others);
}

TEST_CASE("a thread of the host's own, or begun in a call into another library, is none of a library's") {
  const LibraryThreads threads;
  LibraryThreads another;
  const Idler hosts(Idler::Of::the_host);
  std::optional<Idler> begun;
  {
    const LibraryThreads::Call call(another);
    begun.emplace();
  }
  const auto left = threads.left();
  CHECK(left.own == 0);
  CHECK_FALSE(left.others);
  CHECK(another.left().own == 1);
}

TEST_CASE(
    "where memory is short while threads are looked at, none that was there before is a library's own") {
  const Idler before;
  for (long n = 0;; ++n) {
    CAPTURE(n);
    LibraryThreads threads;
    ScarceMemory::fail_at(n);
    { const LibraryThreads::Call call(threads); }
    const bool failed = ScarceMemory::end();
    CHECK(threads.left().own == 0);
    if (!failed) break;
  }
}

TEST_CASE("a thread of the host's own that comes while a call runs is not the library's") {
  LibraryThreads threads;
  std::optional<Idler> hosts;
  {
    const LibraryThreads::Call call(threads);
    hosts.emplace(Idler::Of::the_host);
  }
  const auto left = threads.left();
  CHECK(left.own == 0);
  CHECK_FALSE(left.others);
}

TEST_CASE("where there are too few descriptors to look at threads nothing is known of them") {
  const Idler someone;
  const LibraryThreads threads;
  const OneMoreDescriptor directory;  // and none for what stands in it
  CHECK(threads.left().own == 0);
  CHECK(threads.left().others);
}
