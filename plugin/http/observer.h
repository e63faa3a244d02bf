// SPDX-License-Identifier: MIT
// Sees what becomes of an exchange: counts it, keeps something alive until its end, or keeps its answer
// before the client gets it. The exchange owns its observers, and tells the one that came last first, each on
// the thread that uses the exchange. They go after the end, before the exchange counts as gone.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace restanza::http {

class Exchange;
struct Response;

// How an exchange ended.
struct Ending {
  int status;
  uint64_t bytes;              // of the body
  std::string_view condition;  // of a refusal
  bool broken_off;             // it had begun, and will not be complete
  bool client_left;            // before the end; known of exchanges that are watched or have begun
};

class Observer {
 public:
  virtual ~Observer() = default;

  // The head of an answer in pieces is on its way.
  virtual void began(int /*status*/) noexcept {}

  // Once, whatever happens, before the client can see the end: whoever has the answer finds it counted.
  virtual void ended(const Ending& /*ending*/) noexcept {}

  // A whole answer is about to be given. True: something must be done first, and this has moved both away; it
  // gives that answer to that exchange later, from any thread, and lets it pass then.
  virtual bool defer(Exchange& /*exchange*/, Response& /*response*/) { return false; }

 private:
  friend class Exchange;
  std::unique_ptr<Observer> next_;
};

}  // namespace restanza::http
