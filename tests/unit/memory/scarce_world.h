// SPDX-License-Identifier: MIT
// Deliveries where memory is short for the plugin alone: what the test and its endpoint do is spared. The
// clock stands still until the test moves it. The test's thread; the endpoint answers on the plugin's.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>

#include "support/scarce_memory.h"
#include "unit/webhook/running.h"

namespace restanza::webhook {

// Whether it happens while the clock is moved.
template <class Happened>
bool pass_time_until(Running& r, Happened happened) {
  return r.pass_time(std::chrono::milliseconds(100), happened, [&r] {
    const NotSpared plugins;
    return r.timer.run_due();
  });
}

// One endpoint, which the test starts.
struct ScarceWorld {
  Spared spared;  // the test
  std::function<std::string(const std::string& request)> id_of = [](const std::string& request) {
    return attribute(request, "id");
  };
  std::function<std::string(const std::string& request)> respond = [](const std::string&) {
    return response(204);
  };
  Collected<std::string> asked;  // the ids of what has arrived
  MemoryEndpoint endpoint{MemoryEndpoint::each_request([this](const std::string& request) {
    const Spared endpoints;
    asked.add(id_of(request));
    return respond(request);
  })};
  Running r{endpoint, Running::By::hand};

  long asked_of(const std::string& id) {
    const auto all = asked.now();
    return std::count(all.begin(), all.end(), id);
  }
  // How many replies the sender of this stanza got.
  long told(const std::string& id) {
    const auto all = r.replies.now();
    return std::count_if(all.begin(), all.end(), [&](const auto& reply) { return reply.id == id; });
  }
  template <class Happened>
  bool pass_time(Happened happened) {
    return pass_time_until(r, happened);
  }
};

}  // namespace restanza::webhook
