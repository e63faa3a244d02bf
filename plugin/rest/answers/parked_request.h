// SPDX-License-Identifier: MIT
// A request whose answer comes later, as a rule from another thread: no more of it than the answer needs. It
// is answered once, by one thread at a time.
#pragma once

#include <string>
#include <utility>

#include "http/exchange.h"
#include "rest/answers/refusal.h"
#include "rest/answers/reply.h"

namespace restanza::rest {

struct ParkedRequest {
  ParkedRequest(http::Exchange its_exchange, const http::Request& its_request)
      : exchange(std::move(its_exchange)), request(negotiating_headers(its_request)) {}

  void answer(std::string json) { answer_json(std::move(exchange), std::move(json)); }
  void refuse(const Refusal& why) { rest::refuse(std::move(exchange), request, why); }

  http::Exchange exchange;
  const http::Request request;
};

}  // namespace restanza::rest
