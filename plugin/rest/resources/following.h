// SPDX-License-Identifier: MIT
// A request that is answered with a stream of events, for as long as its credentials may go without another
// look. Any thread, never blocks.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "feed/event_streams.h"
#include "feed/live_source.h"
#include "http/exchange.h"
#include "rest/access/caller.h"

namespace restanza::rest {

// A stream of credentials that only the host can check ends, and they are checked again.
inline constexpr std::chrono::hours kCheckAgain{1};

// Until when a stream of this caller may go on without its credentials being looked at again.
std::optional<Instant> follows_until(const Caller& caller, const Clock& clock);

// What the source reads; refused where there are too many streams, and the source has ended then.
void answer_with_stream(http::Exchange exchange, const http::Request& request,
                        const std::shared_ptr<feed::LiveSource>& source, feed::EventStreams& streams,
                        const Caller& caller, const Clock& clock);

}  // namespace restanza::rest
