// SPDX-License-Identifier: MIT
// Memory is short once where the host waits for its loop, looks a name up or reads its certificate, at each
// allocation in turn: it is said, or done, and the next time it is done.
#include <poll.h>

#include <new>
#include <optional>
#include <string>

#include "net/event_loop.h"
#include "net/resolver.h"
#include "net/tls_identity.h"
#include "support/catch.h"
#include "support/directory.h"
#include "support/lines.h"
#include "support/pem.h"
#include "support/scarce_memory.h"

using namespace restanza;
using namespace restanza::host;

namespace {

constexpr int kPatienceMs = 20000;

// What became of it: how many addresses, or why none; empty where memory was short before it had begun.
std::string looked_up(const std::string& name) {
  const auto wakeup = std::make_shared<Wakeup>();
  try {
    const NotSpared links;
    const auto resolution = Resolution::start(name, 5347, wakeup);
    pollfd woken{wakeup->descriptor(), POLLIN, 0};
    if (!resolution->outcome() && ::poll(&woken, 1, kPatienceMs) != 1)
      return "nobody said that it is through";
    const auto outcome = resolution->outcome();
    const Spared test;
    if (!outcome) return "it is not through";
    return *outcome ? std::to_string((*outcome)->size()) : outcome->error().text;
  } catch (const std::bad_alloc&) {
    return "";
  }
}

void look_up_where_memory_is_short(const std::string& name) {
  const Spared test;
  const std::string whole = looked_up(name);
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    ScarceMemory::fail_at(n);
    const std::string outcome = looked_up(name);
    const bool failed = ScarceMemory::end();
    CAPTURE(outcome);
    CHECK((outcome == whole || (failed && (outcome.empty() || outcome == "no memory"))));
    CHECK(looked_up(name) == whole);
    if (!failed) break;
  }
}

}  // namespace

TEST_CASE("at each allocation of looking up a name memory may be short once") {
  look_up_where_memory_is_short("localhost");
}

TEST_CASE("the same for an address in digits, and for what is no name") {
  look_up_where_memory_is_short("127.0.0.1");
  look_up_where_memory_is_short(std::string(300, 'x'));  // too long to be asked for
}

TEST_CASE("a call of a loop needs no memory") {
  const Spared test;
  SystemClock clock;
  Lines log;
  EventLoop loop(clock, log);
  REQUIRE(loop.open());
  loop.start("test");
  int calls = 0;
  ScarceMemory::fail_at(0);
  {
    const NotSpared owners;
    for (int i = 0; i < 3; ++i) loop.call([&] { ++calls; });
  }
  CHECK_FALSE(ScarceMemory::end());
  CHECK(calls == 3);
  loop.stop();
}

TEST_CASE("at each allocation of reading a certificate and its key memory may be short once") {
  const Spared test;
  const Directory directory;
  const Pem pem = make_pem("first");
  const std::string certificate = write_file(directory.path() + "/certificate.pem", pem.certificate),
                    key = write_file(directory.path() + "/key.pem", pem.key);
  const auto load = [&] {
    const NotSpared hosts;
    return TlsIdentity::load(certificate, key, "http/1.1");
  };
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    ScarceMemory::fail_at(n);
    try {
      const auto loaded = load();
      CHECK(loaded);
    } catch (const std::bad_alloc&) {
    }
    const bool failed = ScarceMemory::end();
    const auto next = load();
    REQUIRE(next);
    CHECK((*next)->valid_now());
    if (!failed) break;
  }
}
