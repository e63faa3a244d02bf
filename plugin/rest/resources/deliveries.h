// SPDX-License-Identifier: MIT
// /rest/deliveries: what waits for the webhooks and what was given up, to look at, replay and discard. For
// those with the right `admin`. Any thread, never blocks: what must be looked up is answered from the
// journal's thread. All that is referred to must outlive it.
#pragma once

#include <functional>

#include "base/clock.h"
#include "base/log.h"
#include "feed/consumers.h"
#include "http/exchange.h"
#include "journal/journal.h"
#include "rest/answers/parked_request.h"
#include "rest/answers/refusal.h"
#include "rest/routing/resource.h"
#include "subscription/fan_out/kept_deliveries.h"
#include "webhook/dispatcher.h"

namespace restanza::rest {

class Deliveries final : public Resource {
 public:
  Deliveries(journal::Journal& journal, subscription::KeptDeliveries& kept, webhook::Dispatcher& dispatcher,
             const feed::Consumers& consumers, const Clock& clock, Log& log)
      : journal_(journal),
        kept_(kept),
        dispatcher_(dispatcher),
        consumers_(consumers),
        clock_(clock),
        log_(log) {}

  Routes routes() const override;

 private:
  // GET: what stands in each endpoint's queue; with a query, the deliveries that it names.
  void look(http::Exchange exchange, const http::Request& request) const;
  void look_at(const std::string& id, http::Exchange exchange, const http::Request& request) const;

  // Dead letters go back into their queues.
  void replay(http::Exchange exchange, const http::Request& request) const;
  void replay_one(const std::string& id, http::Exchange exchange, const http::Request& request) const;

  void discard(http::Exchange exchange, const http::Request& request) const;
  void discard_one(const std::string& id, http::Exchange exchange, const http::Request& request) const;

  std::vector<webhook::Dispatcher::Report> reports() const;
  void summarize(http::Exchange exchange, const http::Request& request) const;
  void list(http::Exchange exchange, const http::Request& request) const;
  // What goes on once the journal has answered, or says that it cannot.
  template <class T, class Next>
  std::function<void(Result<T>)> then(http::Exchange exchange, const http::Request& request, Next next) const;
  void fail(ParkedRequest& asked, const Error& why) const;

  journal::Journal& journal_;
  subscription::KeptDeliveries& kept_;
  webhook::Dispatcher& dispatcher_;
  const feed::Consumers& consumers_;
  const Clock& clock_;
  Log& log_;
};

}  // namespace restanza::rest
