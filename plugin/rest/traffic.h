// SPDX-License-Identifier: MIT
// Counts requests where their answers leave: by resource, method and code, how long they took, and the
// refusals by their conditions. No label comes from outside: what is not one of ours is "other".
// Any thread. The metrics and the clock outlive every counted exchange; this may go before.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/metrics.h"
#include "http/exchange.h"
#include "rest/target.h"

namespace restanza::rest {

class Traffic {
 public:
  Traffic(Metrics& metrics, const Clock& clock);

  // The same exchange. Of a client that leaves before its answer, "gone" is the code.
  http::Exchange counted(http::Exchange exchange, const http::Request& request, Target::Kind target) const;

 private:
  class Books;
  class CountingResponder;
  const std::shared_ptr<Books> books_;
};

}  // namespace restanza::rest
