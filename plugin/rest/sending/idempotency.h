// SPDX-License-Identifier: MIT
// The Idempotency-Key of a POST (draft-ietf-httpapi-idempotency-key-header): a client that did not hear its
// answer asks again with the same key and gets what the first request was answered, and nothing is sent
// twice, also over a restart. That a request is begun is committed before it goes on, its answer before the
// client gets it.
// Any thread, never blocks; what waits for the disk goes on from the journal's thread. The journal, which
// must outlive it, tells each asker what came of it, so every exchange ends.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/result.h"
#include "http/exchange.h"
#include "journal/journal.h"
#include "rest/access/caller.h"
#include "rest/answers/refusal.h"
#include "rest/sending/departure.h"

namespace restanza::rest {

class Idempotency {
 public:
  static constexpr size_t kMaxKey = 255;  // characters
  static constexpr const char* kHeader = "Idempotency-Key";

  Idempotency(journal::Journal& journal, Log& log) : journal_(journal), log_(log) {}

  static bool asked(const http::Request& request) { return request.header(kHeader).has_value(); }

  // Goes on with the request where it has no key or a new one; its answer is then remembered, unless it is
  // for the moment only: 429 and 5xx. Where the stanza may have left before such an answer, the key remembers
  // that its outcome is unknown. A client that leaves is not told of: what has a key is finished. Anonymous
  // callers, whom nothing tells apart, can have no keys. What answers may take up, and which are dropped, is
  // said by journal::KeyLimits.
  using Next = std::function<void(http::Exchange, const http::Request&, const Departure&)>;
  void once(http::Exchange exchange, const http::Request& request, const Caller& caller,
            const Next& next) const;

  // For once an hour: keys older than journal::kKeyLifetime go.
  void forget_old_keys() const;

 private:
  struct Begun;
  void go_on(const std::shared_ptr<Begun>& begun, Result<journal::Claim> claim) const;

  journal::Journal& journal_;
  Log& log_;
};

// The header's value: visible characters, or a quoted string of RFC 8941, which stands for its content.
// Absent where it is neither, empty or too long.
std::optional<std::string> idempotency_key(std::string_view value);

}  // namespace restanza::rest
