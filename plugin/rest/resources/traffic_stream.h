// SPDX-License-Identifier: MIT
// GET /rest/traffic: what comes and goes and what becomes of it, followed live as Server-Sent Events (WHATWG
// HTML, section 9.2). For those with the right `admin`; whole stanzas only for those with `receive` as well.
// Acknowledges nothing. Any thread, never blocks. All that is referred to must outlive it.
#pragma once

#include <memory>
#include <utility>

#include "base/clock.h"
#include "feed/consumers.h"
#include "http/exchange.h"
#include "mapping/codec.h"
#include "rest/resources/traffic_source.h"
#include "rest/routing/resource.h"
#include "traffic/recorder.h"
#include "traffic/ring.h"

namespace restanza::rest {

class TrafficStream final : public Resource {
 public:
  TrafficStream(feed::Consumers& consumers, traffic::Ring& ring, const traffic::Recorder& recorder,
                const mapping::Options& mapping, const Clock& clock)
      : consumers_(consumers),
        ring_(ring),
        recorder_(recorder),
        clock_(clock),
        texts_(std::make_shared<TrafficTexts>(mapping)) {}

  Routes routes() const override;

 private:
  void follow(http::Exchange exchange, const http::Request& request, const Caller& caller) const;

  feed::Consumers& consumers_;
  traffic::Ring& ring_;
  const traffic::Recorder& recorder_;
  const Clock& clock_;
  const std::shared_ptr<TrafficTexts> texts_;
};

}  // namespace restanza::rest
