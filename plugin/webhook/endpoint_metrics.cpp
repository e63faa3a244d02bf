// SPDX-License-Identifier: MIT
#include "webhook/endpoint_metrics.h"

namespace restanza::webhook {
namespace {

constexpr const char* kRequests = "restanza_webhook_requests_total";
constexpr const char* kLost = "restanza_webhook_undelivered_total";

Counter& lost(Metrics& metrics, const std::string& endpoint, const char* cause) {
  return metrics.counter(kLost, "Stanzas that an endpoint did not get, by cause",
                         {{"endpoint", endpoint}, {"cause", cause}});
}

Counter* requests(Metrics& metrics, const std::string& endpoint, Verdict verdict) {
  return &metrics.counter(kRequests, "Requests to endpoints, by what came of them",
                          {{"endpoint", endpoint}, {"outcome", subscription::name_of(verdict)}});
}

}  // namespace

EndpointMetrics::EndpointMetrics(Metrics& metrics, const std::string& endpoint)
    : given_up(lost(metrics, endpoint, "given_up")),
      expired(lost(metrics, endpoint, "expired")),
      crowded(lost(metrics, endpoint, "queue_full")),
      unwritten(lost(metrics, endpoint, "journal")),
      late(lost(metrics, endpoint, "late")),
      requests_{requests(metrics, endpoint, Verdict::delivered),
                requests(metrics, endpoint, Verdict::refused), requests(metrics, endpoint, Verdict::gone),
                requests(metrics, endpoint, Verdict::failed),
                requests(metrics, endpoint, Verdict::unavailable)},
      took_(metrics.histogram("restanza_webhook_request_duration_seconds",
                              "How long requests to endpoints took", {{"endpoint", endpoint}})) {}

void EndpointMetrics::request(Verdict verdict, std::chrono::nanoseconds took) {
  requests_[static_cast<size_t>(verdict)]->add();
  took_.note(took);
}

}  // namespace restanza::webhook
