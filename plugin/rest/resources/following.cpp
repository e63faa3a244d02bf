// SPDX-License-Identifier: MIT
#include "rest/resources/following.h"

#include <algorithm>
#include <utility>

#include "rest/answers/reply.h"

namespace restanza::rest {

std::optional<Instant> follows_until(const Caller& caller, const Clock& clock) {
  if (caller.account) return clock.now() + kCheckAgain;
  if (!caller.expires) return std::nullopt;
  return clock.now() + std::max(*caller.expires - clock.wall(), WallTime::duration::zero());
}

void answer_with_stream(http::Exchange exchange, const http::Request& request,
                        const std::shared_ptr<feed::LiveSource>& source, feed::EventStreams& streams,
                        const Caller& caller, const Clock& clock) {
  const auto stream = streams.begin(exchange, source, caller.name, follows_until(caller, clock));
  if (stream) return source->tell(stream);
  source->ended();
  refuse(std::move(exchange), request, refused::later("There are too many streams"));
}

}  // namespace restanza::rest
