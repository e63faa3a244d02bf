// SPDX-License-Identifier: MIT
// Memory is short once on the way of a request over TLS, from the handshake on, at each allocation of ours in
// turn: it is answered, or its connection is closed; and the next one is served.
#include <signal.h>

#include "front_fixture.h"
#include "support/catch.h"
#include "support/directory.h"
#include "support/scarce_memory.h"
#include "tls_client.h"

using namespace restanza;

namespace {

constexpr long kMostTlsAllocations = 5000;  // of one request; many times what it takes

// The library's own client writes to connections that have ended.
struct PipeSignalIgnored {
  void (*const before)(int) = ::signal(SIGPIPE, SIG_IGN);
  ~PipeSignalIgnored() { ::signal(SIGPIPE, before); }
};

}  // namespace

TEST_CASE("at each allocation of a request over TLS memory may be short once") {
  const Spared test;
  const PipeSignalIgnored clients;
  const Directory directory;
  host::FrontSettings settings;
  settings.tls = identity_in(directory.path(), make_pem("first"));
  settings.max_connections = 8;  // a place that is not given back shows soon
  FrontFixture front(settings);
  const std::string body(300, 'x'), request = post("/now", body);
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostTlsAllocations);
    ScarceMemory::fail_at(n);
    const Answer answer = TlsClient(front.port).exchange(request);
    const bool failed = ScarceMemory::end();
    CAPTURE(answer.head);
    CHECK(((answer.status == 0 && failed) || answer.status == 200 || answer.status >= 500));
    const Answer next = TlsClient(front.port).exchange(request);
    REQUIRE(next.status == 200);
    CHECK(next.body == "POST /now " + body);
    if (!failed) break;
  }
}
