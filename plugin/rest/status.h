// SPDX-License-Identifier: MIT
// GET /rest/health: whether the way out is open, for load balancers and supervisors. Open to everybody, and
// says no more than that. Pure, any thread.
#pragma once

#include "http/request.h"

namespace restanza::rest {

http::Response health(bool link_up);  // 200 or 503

}  // namespace restanza::rest
