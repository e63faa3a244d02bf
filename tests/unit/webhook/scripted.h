// SPDX-License-Identifier: MIT
// Endpoints that fail as the test says, and a dispatcher by a clock that the test moves. What belongs to whom
// is said in running.h. Scripted: any thread.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "unit/webhook/running.h"

namespace restanza::webhook {

// An endpoint that answers each stanza, by its id, as it is told, and remembers what it was sent.
struct Scripted {
  std::mutex mutex;
  std::map<std::string, std::string> answers;  // by the stanza's id
  std::string otherwise = response(204);
  Collected<std::string> asked;
  Collected<std::string> requests;
  MemoryEndpoint http{MemoryEndpoint::each_request([this](const std::string& request) {
    const std::string id = attribute(request, "id");
    std::string answer;
    {
      const std::lock_guard<std::mutex> lock(mutex);
      const auto found = answers.find(id);
      answer = found == answers.end() ? otherwise : found->second;
    }
    requests.add(request);
    asked.add(id);
    return answer;
  })};

  void answer(const std::string& id, const std::string& text) {
    const std::lock_guard<std::mutex> lock(mutex);
    answers[id] = text;
  }
  void answer_all(const std::string& text) {
    const std::lock_guard<std::mutex> lock(mutex);
    answers.clear();
    otherwise = text;
  }
  size_t times(const std::string& id) {
    size_t count = 0;
    for (const std::string& one : asked.now()) count += one == id ? 1 : 0;
    return count;
  }
  size_t count() { return asked.now().size(); }
};

struct Retried : Running {
  explicit Retried(Scripted& endpoint) : Running(endpoint.http, By::hand) {}

  std::string state_of(const std::string& id) {
    for (const auto& delivery : kept()) {
      if (delivery.stanza && delivery.stanza->id == id) {
        return delivery.state == journal::State::dead ? "dead" : "waiting";
      }
    }
    return "gone";
  }
};

}  // namespace restanza::webhook
