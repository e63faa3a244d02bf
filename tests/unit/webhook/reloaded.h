// SPDX-License-Identifier: MIT
// A dispatcher whose endpoints change while it runs, by a clock that the test moves, and endpoints that note
// what they are asked.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "support/directory.h"
#include "unit/webhook/running.h"

namespace restanza::webhook {

inline constexpr std::chrono::milliseconds kNoTime{0};

// Answers at once, or once the door is open: everything, or one stanza.
struct Answering {
  std::atomic<int> status{204};
  std::atomic<int> probes{0};
  std::atomic<bool> waits{false}, probe_waits{false};
  std::string waits_with;  // the stanza's id, set before the start
  Door door;
  Collected<std::string> asked, ids;
  MemoryEndpoint http{[this](const std::string& request) {
    if (is_probe(request)) {
      ++probes;
      if (probe_waits) door.pass();
      return response(200);
    }
    const std::string id = attribute(request, "id");
    ids.add(header(request, "webhook-id"));
    asked.add(id);  // the last, for this is what tests wait for
    if (waits || id == waits_with) door.pass();
    return response(status);
  }};
};

struct Reloaded : Running {
  Reloaded(Answering& endpoint, const Directory& directory) : Running(endpoint.http, By::hand) {
    journal_settings.directory = directory.path();
  }
  // The first endpoint asks for headlines only, so that it is not in the way.
  Settings& beside(const std::string& name, Answering& endpoint) {
    settings[0].types = {"headline"};
    Settings& one = add(name, endpoint.http);
    one.types.clear();
    return one;
  }
  Result<void> reload() { return dispatcher->reconfigure(settings); }
  size_t waiting(size_t endpoint) { return dispatcher->report()[endpoint].waiting; }
  template <class Happened>
  bool soon(Happened happened) {
    return pass_time(kNoTime, happened);
  }
  bool settled(size_t count) {
    return soon([&] { return kept().size() == count; });
  }
};

using Ids = std::vector<std::string>;

}  // namespace restanza::webhook
