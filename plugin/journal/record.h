// SPDX-License-Identifier: MIT
// What the journal remembers. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "xmpp/stanza.h"

namespace restanza::journal {

// The order of acceptance over all endpoints, and the name of a delivery inside the program; from 1 upwards,
// never used twice. A replayed delivery gets a new one. Where several processes share a store, it is the
// order within a bucket (buckets.h).
using Seq = int64_t;
inline constexpr Seq kNoEnd = INT64_MAX;  // up to here, and there are no others
inline constexpr Seq kElsewhere = -1;     // taken, and for another process to number and deliver

enum class State { waiting, dead };

// One stanza on its way to one endpoint.
struct Delivery {
  Seq seq = 0;
  std::string id;  // the webhook-id: "msg_" and 24 characters; kept over retries, replays and restarts
  std::string endpoint;
  bool answers = true;  // what this endpoint answers goes back to the sender
  State state = State::waiting;
  uint32_t attempts = 0;   // requests made for it
  uint32_t failures = 0;   // of these, failed while the endpoint answered others
  WallTime accepted;       // or replayed
  WallTime changed;        // of the latest attempt, or of the death; the acceptance where there was none
  std::string last_error;  // of the latest failed attempt, for people; empty where there was none
  std::optional<xmpp::Stanza> stanza;  // in lists without its xml; absent right after `take`
};

// An endpoint that somebody stopped, as it is remembered over restarts. Absent: it is active.
enum class Stop { paused, disabled };
struct EndpointStop {
  std::string endpoint;
  Stop stop = Stop::paused;
  std::string reason;  // for people
};

// Who is not sent its deliveries but asks for them, and says up to which it has them; as it is remembered
// over restarts.
struct Consumer {
  std::string name;      // stands in its deliveries as their endpoint
  std::string identity;  // random, from when this journal knew it first: another journal has another
  Seq acknowledged = 0;  // it has all that waited for it up to this
  uint64_t missed = 0;   // how many were given up before it had them, since this journal knows it
  uint64_t told = 0;     // how many of these it has acknowledged to know of
  Seq latest = 0;        // no delivery has had a higher seq when this was asked for
};

// What stands for a credential in place of it, for one consumer; as it is remembered over restarts.
struct Ticket {
  enum class State { issued, in_use, left };

  std::string digest;  // of the ticket, which is stored nowhere
  std::string consumer;
  std::string credential;  // as people call it
  std::string proof;       // that it is still the same one
  State state = State::issued;
  WallTime since;  // it is in this state
};

// Which deliveries are meant.
struct Filter {
  std::optional<State> state;
  std::string endpoint;            // empty: any
  std::optional<WallTime> after;   // accepted then or later
  std::optional<WallTime> before;  // accepted earlier
};

// What is left of one endpoint's deliveries.
struct Count {
  std::string endpoint;
  size_t waiting = 0;
  size_t dead = 0;
  std::optional<WallTime> oldest;  // acceptance of the oldest that waits
};

}  // namespace restanza::journal
