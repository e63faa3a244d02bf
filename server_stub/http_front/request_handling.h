// SPDX-License-Identifier: MIT
// A request that is complete and belongs to somebody, and its handling: a body in a content coding is
// decoded, then the handler is called.
//
// Threads: any, concurrently. Ownership: keeps nothing of a request.
#pragma once

#include <memory>

#include "http_front/exchange.h"
#include "http_front/request_memory.h"

namespace restanza::host {

// On its way from the loop to a handler.
struct ReadyRequest {
  ExchangeId id = 0;
  std::shared_ptr<Exchange> exchange;
  HttpRequest request;  // its body as it came, encoded by Content-Encoding
  MatchedRoute route;
  RequestMemory::Share memory;  // for the body, until nobody needs it any more
};

// What became of a request. The handler was called where it is `handled` or `threw`, unless memory ran out
// before that, which counts as `threw`.
enum class Handling { handled, unknown_coding, undecodable, threw };

Handling handle(ReadyRequest& ready);

}  // namespace restanza::host
