// SPDX-License-Identifier: MIT
// A request that names a place acknowledges all up to there before it is answered. Any thread, never blocks.
#pragma once

#include <functional>
#include <memory>

#include "base/log.h"
#include "rest/answers/parked_request.h"
#include "rest/resources/consumer_place.h"

namespace restanza::rest {

// `then` goes on with the request, here where nothing is to be written, else on the journal's thread. What
// cannot be written is logged, and the request is refused. The log outlives both.
void acknowledge(const ConsumerPlace& place, const std::shared_ptr<ParkedRequest>& asked, Log& log,
                 std::function<void()> then);

}  // namespace restanza::rest
