// SPDX-License-Identifier: MIT
// Refuses what a page must not ask for, before anything is done. A browser sends a password that it knows
// (Basic) along with every request to where it is known for, also with those of pages of other people. CORS
// does not help: it only keeps the answer from them. A page is known by the request's Origin (RFC 6454), and
// where there is none by Sec-Fetch-Site (Fetch Metadata), which scripts cannot set. Programs send neither,
// and are not touched. Pure, any thread.
#pragma once

#include <optional>

#include "http/request.h"
#include "rest/answers/refusal.h"
#include "rest/routing/origins.h"

namespace restanza::rest {

// What is asked for.
struct Asked {
  Right right;
  bool acts;  // it sends, acknowledges or steers, and does not only show
};

// Why the request is refused; absent: no page that must not ask has sent it.
std::optional<Refusal> refused_page(const http::Request& request, const Asked& asked, const Origins& origins);

}  // namespace restanza::rest
