// SPDX-License-Identifier: MIT
// What endpoints, and the dispatcher above them, need of the other parts of the plugin. A plain value; all
// that it refers to outlives whoever holds it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/timer.h"
#include "journal/journal.h"
#include "subscription/fan_out/fan_out.h"
#include "traffic/recorder.h"
#include "webhook/request/transport.h"

namespace restanza::webhook {

struct EndpointDependencies {
  using Reply = subscription::FanOut::Reply;

  journal::Journal& journal;
  Reply reply;
  Timer& timer;
  const Clock& clock;
  Log& log;
  Metrics& metrics;
  Transports transports;
  size_t max_stanza = SIZE_MAX;                      // bytes of the largest stanza that the host takes
  const subscription::JoinedRooms* rooms = nullptr;  // absent: none are known
  traffic::Recorder* recorder = nullptr;             // absent: nobody follows what becomes of deliveries
};

}  // namespace restanza::webhook
