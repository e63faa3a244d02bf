// SPDX-License-Identifier: MIT
// GET /rest/updates: the stanzas that came for a consumer, which waits for some where there are none. And
// what acknowledges them without asking for more. For those with the right `receive`. Any thread, never
// blocks: what is read is answered from the thread that reads. All that is referred to must outlive it.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "feed/consumers.h"
#include "http/exchange.h"
#include "mapping/codec.h"
#include "rest/answers/parked_request.h"
#include "rest/routing/resource.h"

namespace restanza::rest {

class Updates final : public Resource {
 public:
  static constexpr size_t kPageBytes = 1u << 20;  // of the stanzas' texts in one answer, but for the first

  Updates(feed::Consumers& consumers, mapping::Options mapping, const Clock& clock, Log& log)
      : consumers_(consumers), mapping_(mapping), clock_(clock), log_(log) {}

  Routes routes() const override;

 private:
  void ask(http::Exchange exchange, const http::Request& request, const Caller& caller) const;
  void acknowledge(http::Exchange exchange, const http::Request& request, const Caller& caller) const;
  void wait(const std::shared_ptr<ParkedRequest>& asked, const Caller& caller,
            const std::shared_ptr<feed::Consumer>& consumer, const feed::LongPoll::Request& request) const;
  void answer(ParkedRequest& asked, const Caller& caller, const feed::LongPoll::Answer& given) const;

  feed::Consumers& consumers_;
  const mapping::Options mapping_;
  const Clock& clock_;
  Log& log_;
};

}  // namespace restanza::rest
