// SPDX-License-Identifier: MIT
// GET /rest/health: whether the way out is open, for load balancers and supervisors. Open to everybody, and
// says no more than that. GET /rest/metrics: everything that is counted, for Prometheus. Any thread.
#pragma once

#include <functional>
#include <utility>

#include "base/metrics.h"
#include "rest/routing/resource.h"

namespace restanza::rest {

class Status final : public Resource {
 public:
  // `link_up`: whether stanzas can leave. `public_metrics`: these are for everybody. The metrics outlive
  // this.
  Status(Metrics& metrics, std::function<bool()> link_up, bool public_metrics)
      : metrics_(metrics), link_up_(std::move(link_up)), public_metrics_(public_metrics) {}

  Routes routes() const override;

 private:
  Metrics& metrics_;
  const std::function<bool()> link_up_;
  const bool public_metrics_;
};

}  // namespace restanza::rest
