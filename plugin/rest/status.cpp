// SPDX-License-Identifier: MIT
#include "rest/status.h"

namespace restanza::rest {

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

}  // namespace restanza::rest
