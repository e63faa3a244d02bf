// SPDX-License-Identifier: MIT
// /rest/idempotency-keys: how much is remembered of requests with an Idempotency-Key, and for which
// credentials, to look at and to discard. For those with the right `admin`. Any thread, never blocks: the
// answer comes from the journal's thread. All that is referred to must outlive it.
#pragma once

#include <memory>

#include "base/log.h"
#include "http/exchange.h"
#include "journal/journal.h"
#include "rest/answers/parked_request.h"
#include "rest/routing/resource.h"

namespace restanza::rest {

class IdempotencyKeys final : public Resource {
 public:
  static constexpr size_t kMaxShown = 1000;  // credentials
  static constexpr size_t kAtOnce = 1000;    // keys that one transaction discards

  IdempotencyKeys(journal::Journal& journal, Log& log) : journal_(journal), log_(log) {}

  Routes routes() const override;

 private:
  struct Discarding;
  void look(http::Exchange exchange, const http::Request& request) const;
  void discard(http::Exchange exchange, const http::Request& request) const;
  void discard_more(const std::shared_ptr<Discarding>& asked) const;
  void fail(ParkedRequest& asked, const Error& why) const;

  journal::Journal& journal_;
  Log& log_;
};

}  // namespace restanza::rest
