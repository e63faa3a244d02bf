// SPDX-License-Identifier: MIT
// The plugin's composition root: makes the parts from the settings, owns them, starts and drains them in
// order. The host is reached through interfaces only, so that the whole plugin runs in a test without one.
//
// Threads: make, start, reload, drain and stop from one thread at a time; handle and offer from any thread.
// Ownership: the App owns its parts and their threads.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "http/exchange.h"
#include "rest/access/credentials.h"
#include "xmpp/stanza_consumer.h"
#include "xmpp/stanza_sink.h"

namespace restanza {

// What the plugin needs of the host. What is referred to here outlives the App, and is for any thread.
struct World {
  std::string domain;     // stanzas for it, and for addresses at it, are offered
  std::string prefix;     // of the routes, "/rest"
  std::string state_dir;  // a directory of our own; empty: nothing outlasts the process
  xmpp::StanzaSink& sink;
  rest::Accounts& accounts;
  std::function<bool()> link_up;  // whether stanzas can leave right now
  const Clock& clock;
  Log& log;
};

class App {
 public:
  // Reads the settings, and the files that they name; starts nothing. An error names the key, the value and
  // the remedy.
  static Result<std::unique_ptr<App>> make(const World& world, std::string_view settings_json);
  ~App();

  // New settings for requests that come from now on, and other endpoints; requests under way end with the old
  // ones. An error: they are wrong, or cannot be taken now, and nothing has changed. Otherwise the keys that
  // cannot change while this runs: where there are any, nothing has changed either. One thread at a time.
  Result<std::vector<std::string>> reload(std::string_view settings_json);

  // An error: the journal cannot be opened or read; the text names it and the remedy.
  Result<void> start();

  size_t max_body() const;  // bytes of a request
  void handle(http::Exchange exchange, http::Request request);

  // A stanza from the host. Taken: nobody else shall see it. Busy: to be offered again once `room` has run,
  // which it does once, perhaps before this returns.
  using Offer = xmpp::Offered;
  Offer offer(xmpp::Stanza&& stanza, const std::function<void()>& room);

  // Takes no more work, ends what waits, and calls `done` once when nothing is left, at the latest after
  // `within`; what still runs then is broken off.
  void drain(std::chrono::milliseconds within, std::function<void()> done);

  // Ends all threads; what the journal was asked for is written. Also the destructor's work.
  void stop();

 private:
  class Impl;
  App(std::unique_ptr<Impl> impl, std::string settings);
  std::unique_ptr<Impl> impl_;
  std::string settings_;  // as they are in force
};

}  // namespace restanza
