// SPDX-License-Identifier: MIT
// What is counted of one endpoint, for /rest/metrics. Any thread. The metrics outlive it.
#pragma once

#include <array>
#include <chrono>
#include <string>

#include "base/metrics.h"
#include "webhook/request/verdict.h"

namespace restanza::webhook {

class EndpointMetrics {
 public:
  EndpointMetrics(Metrics& metrics, const std::string& endpoint);

  void request(Verdict verdict, std::chrono::nanoseconds took);

  Counter& given_up;   // after kMaxFailures, or its reply cannot be sent
  Counter& expired;    // after kLifetime
  Counter& crowded;    // refused: max_queued wait
  Counter& unwritten;  // refused: the journal could not take it
  Counter& late;       // dropped: not worth keeping, and the endpoint did not answer

 private:
  std::array<Counter*, 5> requests_;
  Histogram& took_;
};

}  // namespace restanza::webhook
