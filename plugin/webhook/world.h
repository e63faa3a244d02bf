// SPDX-License-Identifier: MIT
// What the webhook side needs of the rest; all of it outlives whoever holds this.
#pragma once

#include <functional>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/timer.h"
#include "journal/journal.h"
#include "webhook/request/transport.h"
#include "xmpp/stanza.h"

namespace restanza::webhook {

struct World {
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
};

}  // namespace restanza::webhook
