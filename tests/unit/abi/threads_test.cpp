// SPDX-License-Identifier: MIT
// Everything that may happen at once, at once: for ThreadSanitizer, and for the count of ends.
#include <atomic>
#include <thread>
#include <vector>

#include "unit/abi/loaded_plugin.h"
#include "unit/webhook/http_endpoint.h"

using namespace restanza;
using namespace std::chrono_literals;

namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 100;

void at_once(const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

TEST_CASE("requests, stanzas, answers and departures on many threads, and a drain in the middle of them") {
  webhook::HttpEndpoint endpoint(webhook::HttpEndpoint::each_request([](const std::string&) {
    return webhook::response(200, kXmppXml, "<message><body>x</body></message>");
  }));
  LoadedPlugin loaded(callback_to(endpoint.url()));
  loaded.host.account("alice", "wonder", "alice@localhost");
  loaded.host.on_send([](const std::string&) { return XP_OK; });
  loaded.host.hold_verdicts();
  std::atomic<int> passed{0};
  at_once([&](int thread) {
    for (int round = 0; round < kRounds; ++round) {
      const std::string id = std::to_string(thread) + "-" + std::to_string(round);
      const auto answered = loaded.host.request(loaded.ping("a" + id));
      const auto left = loaded.host.request(loaded.ping("b" + id));
      auto brief = loaded.ping("c" + id);
      brief.headers.emplace_back("Restanza-Timeout", "0.001");
      loaded.host.request(brief);
      loaded.host.request(loaded.ping("d" + id, basic("alice", "wonder")));
      loaded.host.request(loaded.post("<message to='bob@localhost'/>"));
      std::thread leaving([&] { loaded.host.leave(left); });
      loaded.host.offer(loaded.pong("a" + id));
      loaded.host.offer(loaded.pong("b" + id));
      loaded.host.offer(loaded.pong("c" + id));
      loaded.host.offer("<message id='x' from='u" + id + "@localhost' to='bot@rest.localhost'/>");
      leaving.join();
      loaded.host.give_verdicts();
      if (thread == 0 && round == kRounds / 2) loaded.host.drain(20s);
      if (loaded.host.wait(answered)) ++passed;
    }
  });
  CHECK(loaded.host.wait_done());
  loaded.host.give_verdicts();
  CHECK(passed == kThreads * kRounds);
  CHECK(loaded.host.open_exchanges() == 0);
}

TEST_CASE("one answer among many offered at once is taken, and only one") {
  LoadedPlugin loaded;
  for (int round = 0; round < kRounds; ++round) {
    const std::string id = std::to_string(round);
    const auto call = loaded.host.request(loaded.ping(id));
    std::atomic<int> taken{0};
    at_once([&](int) { taken += loaded.host.offer(loaded.pong(id)) == XP_CONSUME ? 1 : 0; });
    CHECK(taken == 1);
    CHECK(loaded.host.wait(call)->status == 200);
  }
}

TEST_CASE("an instance goes while others give back what it lent") {
  webhook::HttpEndpoint endpoint(webhook::HttpEndpoint::each_request([](const std::string&) {
    return webhook::response(200, kXmppXml, "<message><body>x</body></message>");
  }));
  for (int round = 0; round < 20; ++round) {
    LoadedPlugin loaded(callback_to(endpoint.url()));
    loaded.host.on_send([](const std::string&) { return XP_WOULD_BLOCK; });
    for (int i = 0; i < kThreads; ++i) {
      loaded.host.offer("<message from='u" + std::to_string(i) + "@localhost' to='bot@rest.localhost'/>");
    }
    REQUIRE(loaded.host.wait_retries(1));
    loaded.host.drain(0ms);
    std::thread telling([&] { loaded.host.writable(); });
    CHECK(loaded.host.wait_done());
    loaded.host.destroy();
    telling.join();
    loaded.host.drop_retries();
  }
}
