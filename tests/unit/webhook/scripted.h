// SPDX-License-Identifier: MIT
// An endpoint that does what the test has told it for each stanza, and a dispatcher that posts to it by a
// clock that the test moves.
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
  static constexpr std::chrono::milliseconds kBeside{
      400};  // less than any delivery waits for its next attempt

  Scripted& scripted;
  int beside = 0;

  explicit Retried(Scripted& endpoint) : Running(endpoint.http, By::hand), scripted(endpoint) {}

  // Another conversation gets its answer, before any more time passes.
  void answer_beside() {
    const std::string id = "beside" + std::to_string(++beside);
    give(message("beside@localhost", id));
    REQUIRE(pass_time(std::chrono::milliseconds(0),
                      [&] { return scripted.times(id) == 1 && dispatcher->report()[0].at_work == 0; }));
  }
  // Moves the clock until `happened`, while another conversation is answered all the time.
  template <class Happened>
  bool pass_time_beside(Happened happened) {
    Instant next = clock.now() + kBeside;
    return pass_time(std::chrono::milliseconds(100), [&] {
      if (clock.now() >= next) {
        answer_beside();
        next = clock.now() + kBeside;
      }
      return happened();
    });
  }

  // "poison" of a conversation fails, while another one is answered, until "next" of it has its turn.
  template <class... Type>
  void pass_poison(const Type&... type) {
    answer_beside();
    for (const char* id : {"poison", "next"}) give(message("a@localhost", id, type...));
    REQUIRE(pass_time_beside([&] { return scripted.times("next") == 1; }));
  }

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
