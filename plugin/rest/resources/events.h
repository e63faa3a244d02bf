// SPDX-License-Identifier: MIT
// GET /rest/events: what comes for a consumer as Server-Sent Events (WHATWG HTML, section 9.2), and the
// tickets with which a browser may follow. For those with the right `receive`. Any thread, never blocks. All
// that is referred to must outlive it.
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "feed/consumers.h"
#include "mapping/codec.h"
#include "rest/access/credentials.h"
#include "rest/answers/parked_request.h"
#include "rest/resources/consumer_place.h"
#include "rest/routing/resource.h"
#include "rest/tickets/tickets.h"

namespace restanza::rest {

class Events final : public Resource {
 public:
  struct Dependencies {
    feed::Consumers& consumers;
    const Credentials& credentials;
    Tickets& tickets;
    const mapping::Options mapping;
    const Clock& clock;
    Log& log;
  };
  explicit Events(const Dependencies& deps) : deps_(deps) {}

  Routes routes() const override;

 private:
  void follow(http::Exchange exchange, const http::Request& request, const Caller& caller) const;
  void stream(ParkedRequest& asked, const ConsumerPlace& place, const Caller& caller) const;
  void issue(http::Exchange exchange, const http::Request& request, const Caller& caller) const;

  const Dependencies deps_;
};

}  // namespace restanza::rest
