// SPDX-License-Identifier: MIT
// A request that is complete and belongs to somebody, on its way from the loop to a handler.
#pragma once

#include <functional>
#include <memory>

#include "http_front/exchange.h"
#include "http_front/front.h"
#include "http_front/request_memory.h"

namespace restanza::host {

struct ReadyRequest {
  ExchangeId id = 0;
  std::shared_ptr<Exchange> exchange;
  HttpRequest request;  // its body as it came, encoded by Content-Encoding
  Route route;
  RequestMemory::Share memory;  // for the body, until nobody needs it any more
};

}  // namespace restanza::host
