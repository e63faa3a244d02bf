// SPDX-License-Identifier: MIT
// The plugin's composition root: makes the parts from the settings, owns them, starts and drains them in
// order. The host is reached through interfaces only, so that the whole plugin runs in a test without one.
//
// Threads: make, start, reload, drain and stop from one thread at a time; handle and offer from any thread.
// Ownership: the App owns its parts and their threads.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "http/exchange.h"
#include "rest/access/credentials.h"
#include "xmpp/stanza_consumer.h"
#include "xmpp/stanza_sink.h"

namespace restanza {

// What the plugin needs of the host. What is referred to here outlives the App, and is for any thread.
struct AppDependencies {
  std::string domain;     // stanzas for it, and for addresses at it, are offered
  std::string prefix;     // of the routes, "/rest"
  std::string state_dir;  // a directory of our own; empty: nothing outlasts the process
  xmpp::StanzaSink& sink;
  rest::Accounts& accounts;
  std::function<bool()> link_up;  // whether stanzas can leave right now
  const Clock& clock;
  Log& log;
  size_t max_stanza = SIZE_MAX;  // bytes of the largest stanza that the sink takes
};

class App {
 public:
  // Reads the settings, and the files that they name; starts nothing. An error names the key, the value and
  // the remedy.
  static Result<std::unique_ptr<App>> make(const AppDependencies& deps, std::string_view settings_json);
  ~App();

  // New settings for requests that come from now on, and other endpoints; requests under way end with the old
  // ones. An error: they are wrong, and nothing has changed. Otherwise whatever can change has changed: who
  // has lost a credential has lost it, whatever stands beside it. Keys that need a restart keep their values
  // and are named in the log; endpoints that earlier ones do not make room for yet follow as soon as they do.
  // One thread at a time.
  Result<void> reload(std::string_view settings_json);

  // An error: the journal cannot be opened or read; the text names it and the remedy.
  Result<void> start();

  size_t max_body() const;  // bytes of a request
  // Of one whose body comes in pieces, by its method, its path below the prefix and its Content-Type; 0: it
  // is to come whole. Pure.
  static uint64_t longest_stream(std::string_view method, std::string_view path, std::string_view type);
  void handle(http::Exchange exchange, http::Request request);

  // A stanza from the host. Taken: nobody else shall see it. Busy: to be offered again once `room` has run,
  // which it does once, perhaps before this returns. Keeping: taken, and `kept`, where it is not empty, runs
  // once it is safe, on any thread, perhaps before this returns.
  using Offer = xmpp::Offered;
  Offer offer(xmpp::Stanza&& stanza, const std::function<void()>& room,
              const std::function<void()>& kept = {});

  // Takes no more work, ends what waits, and calls `done` once when nothing is left, at the latest after
  // `within`; what still runs then is broken off.
  void drain(std::chrono::milliseconds within, std::function<void()> done);

  // The queue that lies in a state directory, as a table for people, whether an App has it open or not. Empty
  // without a directory: then the queue is in the memory of whoever runs it.
  static Result<std::string> report(const std::string& state_dir, const Clock& clock);

  // Ends all threads; what the journal was asked for is written. Also the destructor's work.
  void stop() noexcept;

 private:
  class Impl;
  explicit App(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace restanza
