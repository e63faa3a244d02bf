// SPDX-License-Identifier: MIT
// The way from a request to its consumer, and to a place in what came for it, whichever route it took; or why
// it is refused. Pure, any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "feed/consumers.h"
#include "rest/access/caller.h"
#include "rest/answers/refusal.h"

namespace restanza::rest {

// As the request says it.
struct NamedPlace {
  std::optional<std::string> consumer;
  std::optional<std::string> cursor;
};

struct ConsumerPlace {
  std::shared_ptr<feed::Consumer> consumer;
  feed::Cursor cursor;
  bool named = false;  // by the request, which acknowledges all up to there
};

// There is none of that name, or the caller is bound to another one. `name`: absent where the request names
// none.
Result<std::shared_ptr<feed::Consumer>, Refusal> consumer_for(const feed::Consumers& consumers,
                                                              const std::optional<std::string>& name,
                                                              const Caller& caller);

// Without a cursor: where the consumer last acknowledged. Never the first page instead of a place that is not
// known: whoever had that cursor would take what it has for new.
Result<ConsumerPlace, Refusal> place_for(const feed::Consumers& consumers, const NamedPlace& named,
                                         const Caller& caller);

}  // namespace restanza::rest
