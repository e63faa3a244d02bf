// SPDX-License-Identifier: MIT
// GET /rest/events: what comes for a consumer as Server-Sent Events (WHATWG HTML, section 9.2), and the
// tickets with which a browser may follow. For those with the right `receive`. Any thread, never blocks. All
// that is referred to must outlive it.
#pragma once

#include <chrono>

#include "base/clock.h"
#include "base/log.h"
#include "feed/consumers.h"
#include "mapping/codec.h"
#include "rest/access/credentials.h"
#include "rest/routing/resource.h"
#include "rest/tickets/tickets.h"

namespace restanza::rest {

class Events final : public Resource {
 public:
  // A stream of credentials that only the host can check ends, and they are checked again.
  static constexpr std::chrono::hours kCheckAgain{1};

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
  struct Asked;
  void follow(http::Exchange exchange, const http::Request& request, const Caller& caller) const;
  void stream(Asked& asked, const std::shared_ptr<feed::Consumer>& consumer, const feed::Cursor& after) const;
  void issue(http::Exchange exchange, const http::Request& request, const Caller& caller) const;

  const Dependencies deps_;
};

// Until when a stream of this caller may go on without its credentials being looked at again.
std::optional<Instant> follows_until(const Caller& caller, const Clock& clock);

}  // namespace restanza::rest
