// SPDX-License-Identifier: MIT
// The format of the bodies that one endpoint gets: as configured, until the endpoint answers an OPTIONS
// request with an Accept header, which is how bots written for mod_rest choose. It is asked at the start, and
// after a failure again: what answers then may be another program. One request at a time.
// Threads: any of those that post, each with its own transport.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.h"
#include "mapping/media_type.h"
#include "subscription/health.h"
#include "webhook/request/transport.h"
#include "webhook/settings/settings.h"
#include "webhook/settings/url.h"

namespace restanza::webhook {

// What an Accept header likes best (RFC 9110 section 12.5.1), and among what one range names the configured
// format. Absent where it accepts none of ours.
std::optional<mapping::Format> format_for(std::string_view accept, mapping::Format configured);

class Negotiation {
 public:
  // How long the endpoint has to answer. A delivery waits for that, so that the first stanza already has the
  // right format, and no longer: an endpoint that is silent here gets what is configured.
  static constexpr std::chrono::milliseconds kPatience{2000};

  // `title` names the endpoint in the log. Health and log must outlive the negotiation.
  Negotiation(const Settings& settings, std::string title, const Url& url, subscription::Health& health,
              Log& log);

  // Asks the endpoint though there is no stanza for it yet. Where nobody is there it is asked again before
  // the first delivery; one that is silent has had its time.
  void begin(Transport& transport);

  // The format for a delivery that is about to be made, after asking, or waiting for whoever asks, where the
  // endpoint is to be asked.
  mapping::Format settle(Transport& transport);

  // A delivery failed: the next one asks again.
  void ask_again();

 private:
  mapping::Format current() const;
  bool claim();                            // under the lock: whether the caller is the one to ask
  Outcome::End ask(Transport& transport);  // after a claim; what it throws leaves the endpoint to be asked
  void end_asking();
  void take_over(const Outcome& outcome);
  void say(Level level, std::string_view what);

  const std::string title_;
  const std::string target_;
  const mapping::Format configured_;
  subscription::Health& health_;
  Log& log_;
  mutable std::mutex mutex_;
  std::condition_variable asked_;
  mapping::Format format_;
  bool due_ = true;
  bool asking_ = false;
  std::string said_;  // the latest line of the log, which is not repeated; only whoever asks touches it
};

}  // namespace restanza::webhook
