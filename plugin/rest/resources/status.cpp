// SPDX-License-Identifier: MIT
#include "rest/resources/status.h"

namespace restanza::rest {
namespace {

http::Response health(bool link_up) {
  return {link_up ? 200 : 503,
          {{"Content-Type", "text/plain"}, {"Cache-Control", "no-store"}},
          link_up ? "ok\n" : "link down\n"};
}

http::Response metrics_page(const Metrics& metrics) {
  return {200,
          {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}, {"Cache-Control", "no-store"}},
          metrics.text()};
}

}  // namespace

Routes Status::routes() const {
  using http::Exchange;
  using http::Request;
  return {
      {"GET",
       "/health",
       Right::none,
       "health",
       [this](Exchange e, const Request&, const Caller&, const PathValues&) {
         e.respond(health(link_up_()));
       },
       {"Tells whether stanzas can leave.", {}, {}, {{200, "They can."}, {503, "They cannot right now."}}}},
      {"GET",
       "/metrics",
       public_metrics_ ? Right::none : Right::admin,
       "metrics",
       [this](Exchange e, const Request&, const Caller&, const PathValues&) {
         e.respond(metrics_page(metrics_));
       },
       {"Shows the counters for Prometheus.", {}, {}, {{200, "The counters, as text."}}}},
  };
}

}  // namespace restanza::rest
