// SPDX-License-Identifier: MIT
// Everything that may happen at once, at once.
#include <atomic>
#include <thread>

#include "cases/cases.h"
#include "check.h"
#include "traffic.h"

namespace restanza::check {
namespace {

constexpr int kThreads = 8;
constexpr int kRounds = 20;

void at_routes(const Subject& subject) {
  Life life(subject);
  const auto all = requests(life.host);
  at_once(kThreads, [&](int n) {
    for (int round = 0; round < kRounds; ++round) {
      for (size_t i = static_cast<size_t>(n); i < all.size(); i += kThreads) life.host.ask(all[i]);
    }
  });
  life.host.finish();
}

void at_hooks(const Subject& subject) {
  Life life(subject);
  const auto all = stanzas(life.host);
  at_once(kThreads, [&](int) {
    for (const Stanza& stanza : all) life.host.offer(stanza);
  });
  life.host.finish();
}

// Answers what the plugin has asked under this id.
void answer(Host& host, const std::string& id) {
  for (const std::string& xml : host.sent()) {
    if (const Stanza stanza = answer_to(xml); stanza.kind != 0 && stanza.id == id) host.offer(stanza);
  }
}

void everywhere(const Subject& subject) {
  Life life(subject);
  Host& host = life.host;
  const auto all_requests = requests(host);
  const auto all_stanzas = stanzas(host);
  at_once(kThreads, [&](int n) {
    for (int round = 0; round < kRounds; ++round) {
      const std::string id = std::to_string(n) + "-" + std::to_string(round);
      for (const Request& request : questions(host, id)) {
        host.ask(request);
        answer(host, id);
      }
      for (const Request& request : questions(host, id + "x")) host.leave(host.ask(request));
      host.ask(all_requests[static_cast<size_t>(n + round) % all_requests.size()]);
      host.offer(all_stanzas[static_cast<size_t>(n + round) % all_stanzas.size()]);
      if (n == 0 && round == kRounds / 2) host.drain(std::chrono::seconds(1));
    }
  });
  require(host.done_within(std::chrono::seconds(6)), "drain was never said to be done");
  host.destroy();
  host.settle();
  host.verify();
}

// Calls are under way when the instance is destroyed; until their contexts are released they find it whole.
void destroyed_under_load(const Subject& subject) {
  for (int round = 0; round < 5; ++round) {
    Life life(subject);
    Host& host = life.host;
    const auto all_requests = requests(host);
    const auto all_stanzas = stanzas(host);
    std::atomic<bool> over{false};
    std::atomic<int> busy{0};
    at_once(4, [&](int n) {
      if (n == 0) {
        while (busy < 3) std::this_thread::yield();
        host.drain(std::chrono::milliseconds(50));
        const bool done = host.done_within(std::chrono::seconds(6));
        if (done) host.destroy();
        over = true;
        require(done, "drain was never said to be done");
      }
      for (size_t i = 0; !over; ++i) {
        if (i == 1) ++busy;
        host.ask(all_requests[i % all_requests.size()]);
        host.offer(all_stanzas[i % all_stanzas.size()]);
      }
    });
    host.settle();
    host.verify();
  }
}

}  // namespace

std::vector<Case> thread_cases() {
  return {
      {"routes_at_once", "requests come on many threads at once", at_routes},
      {"hooks_at_once", "stanzas come on many threads at once", at_hooks},
      {"everything_at_once", "requests, stanzas, answers, departures and a drain come at once", everywhere},
      {"destroyed_under_load", "calls may be under way when the instance is destroyed", destroyed_under_load},
  };
}

}  // namespace restanza::check
