// SPDX-License-Identifier: MIT
// GET /rest/health: whether the way out is open, for load balancers and supervisors. Open to everybody, and
// says no more than that. GET /rest/metrics: everything that is counted, for Prometheus. Any thread.
#pragma once

#include "base/metrics.h"
#include "http/request.h"

namespace restanza::rest {

http::Response health(bool link_up);  // 200 or 503
http::Response metrics_page(const Metrics& metrics);

}  // namespace restanza::rest
