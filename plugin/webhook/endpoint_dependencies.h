// SPDX-License-Identifier: MIT
// What endpoints, and the dispatcher above them, need of the other parts of the plugin. A plain value; all
// that it refers to outlives whoever holds it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/timer.h"
#include "journal/journal.h"
#include "subscription/joined_rooms.h"
#include "webhook/request/transport.h"
#include "xmpp/stanza.h"

namespace restanza::webhook {

struct EndpointDependencies {
  // `handed` runs once, when the host holds a copy of the reply or refused it for good; it is dropped where
  // the host goes away before.
  using Reply = std::function<void(xmpp::Stanza reply, std::function<void()> handed)>;

  journal::Journal& journal;
  Reply reply;
  Timer& timer;
  const Clock& clock;
  Log& log;
  Metrics& metrics;
  Transports transports;
  size_t max_stanza = SIZE_MAX;                      // bytes of the largest stanza that the host takes
  const subscription::JoinedRooms* rooms = nullptr;  // absent: none are known. The dispatcher sets its own
};

}  // namespace restanza::webhook
