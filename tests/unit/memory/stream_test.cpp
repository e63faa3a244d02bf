// SPDX-License-Identifier: MIT
// Memory is short once in an answer in pieces, at each allocation in turn: the client gets the whole of it,
// or 500, or sees that it is not complete; and it is counted once at the most.
#include <new>
#include <string>

#include "abi/host_proxy.h"
#include "rest/routing/traffic.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/scarce_memory.h"

using namespace restanza;

namespace {

// The host's side of one exchange, which needs no memory.
struct Client {
  xp_host host = {};  // first: a pointer to it is a pointer to the client
  int whole = 0;      // the status of an answer that was not begun
  int begun = 0;
  size_t bytes = 0;
  bool complete = false;
  bool cut_off = false;
  xp_watch watch = {};

  Client() {
    host.http_watch = [](const xp_host* h, xp_exchange*, const xp_watch* w) { of(h).watch = *w; };
    host.http_respond = [](const xp_host* h, xp_exchange*, int32_t code, const xp_pair*, size_t,
                           xp_str) -> xp_status {
      (of(h).begun != 0 ? of(h).cut_off : of(h).complete) = true;
      if (of(h).begun == 0) of(h).whole = code;
      of(h).over();
      return XP_OK;
    };
    host.http_begin = [](const xp_host* h, xp_exchange*, int32_t code, const xp_pair*, size_t) -> xp_status {
      of(h).begun = code;
      return XP_OK;
    };
    host.http_write = [](const xp_host* h, xp_exchange*, xp_str chunk) -> xp_status {
      of(h).bytes += chunk.len;
      return XP_OK;
    };
    host.http_end = [](const xp_host* h, xp_exchange*) {
      of(h).complete = true;
      of(h).over();
    };
  }
  static Client& of(const xp_host* host) {
    return *const_cast<Client*>(reinterpret_cast<const Client*>(host));
  }
  void over() {
    if (watch.release) watch.release(watch.ctx);
    watch = {};
  }
};

}  // namespace

TEST_CASE("at each allocation of an answer in pieces memory may be short once") {
  const Spared test;
  FakeClock clock;
  Metrics metrics;
  const rest::Traffic traffic(metrics, clock, {"events"}, {"GET"});
  http::Request request;
  request.method = "GET";
  const std::string piece = "a piece that is longer than what stands in a string without an allocation";
  const auto answer = [&](Client& client) {
    try {
      const NotSpared plugins;
      auto open = std::make_shared<InFlight>();
      http::Exchange exchange =
          traffic.counted(abi::exchange_of(&client.host, nullptr, std::move(open), {}), request, "events");
      exchange.add_header({"X-Added", piece});
      exchange.begin({200, {{"Content-Type", "text/event-stream"}}}, [piece] {});
      exchange.write(piece);
      const auto next = std::make_unique<std::string>(piece + piece);
      exchange.write(*next);
      exchange.end();
    } catch (const std::bad_alloc&) {
    }
  };
  int failures = 0;
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    Client client;
    ScarceMemory::fail_at(n);
    answer(client);
    const bool failed = ScarceMemory::end();
    if (client.complete && client.begun != 0) {
      CHECK(client.begun == 200);
      CHECK(client.bytes == 3 * piece.size());
    } else if (client.complete) {
      CHECK(client.whole == 500);
    } else if (client.begun != 0) {
      CHECK(client.cut_off);
    } else {
      CHECK(n == 0);  // the test's own first allocation: there is no exchange yet
    }
    CHECK(client.watch.ctx == nullptr);
    if (!failed) break;
    ++failures;
  }
  CHECK(failures > 5);
}
