// SPDX-License-Identifier: MIT
// Counts requests at the end of their exchanges: by resource, method and code, how long they took, and the
// refusals by their conditions. No label comes from outside: what is not one of ours is "other".
// Any thread. The metrics and the clock outlive every counted exchange; this may go before.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "http/exchange.h"

namespace restanza::rest {

class Traffic {
 public:
  // The names that there are, which live as long as the program; all others are "other".
  Traffic(Metrics& metrics, const Clock& clock, std::vector<const char*> resources,
          std::vector<const char*> methods);

  // The same exchange, observed. Of a client that leaves before the end of its answer, "gone" is the code.
  http::Exchange counted(http::Exchange exchange, const http::Request& request,
                         std::string_view resource) const;

 private:
  class Counters;
  class CountingObserver;
  std::shared_ptr<Counters> counters_;
};

}  // namespace restanza::rest
