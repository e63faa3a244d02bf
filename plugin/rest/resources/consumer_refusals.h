// SPDX-License-Identifier: MIT
// Why a request about a consumer is refused, whichever route it came by. Pure, any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "feed/consumers.h"
#include "rest/access/caller.h"
#include "rest/answers/refusal.h"

namespace restanza::rest {

// The consumer that the request is about, or why it cannot be: there is none of that name, or the caller is
// bound to another one. `name`: absent where the request names none.
Result<std::shared_ptr<feed::Consumer>, Refusal> consumer_for(const feed::Consumers& consumers,
                                                              const std::optional<std::string>& name,
                                                              const Caller& caller);

// The place that a cursor stands for; absent: where the consumer last acknowledged. Never the first page
// instead of one that is not known: whoever had that cursor would take what it has for new.
Result<feed::Cursor, Refusal> place_of(const feed::Consumer& consumer,
                                       const std::optional<std::string>& cursor);

}  // namespace restanza::rest
