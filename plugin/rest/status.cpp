// SPDX-License-Identifier: MIT
#include "rest/status.h"

namespace restanza::rest {

http::Response health(bool link_up) {
  return {link_up ? 200 : 503,
          {{"Content-Type", "text/plain"}, {"Cache-Control", "no-store"}},
          link_up ? "ok\n" : "link down\n"};
}

}  // namespace restanza::rest
