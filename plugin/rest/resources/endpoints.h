// SPDX-License-Identifier: MIT
// /rest/endpoints: the webhooks as they are right now, and pausing, resuming and testing them. For those with
// the right `admin`. Any thread, never blocks. The dispatcher and the log must outlive it.
#pragma once

#include <string>

#include "base/log.h"
#include "http/exchange.h"
#include "rest/answers/parked_request.h"
#include "rest/routing/resource.h"
#include "webhook/dispatcher.h"

namespace restanza::rest {

class Endpoints final : public Resource {
 public:
  Endpoints(webhook::Dispatcher& dispatcher, Log& log) : dispatcher_(dispatcher), log_(log) {}

  Routes routes() const override;

 private:
  void look(http::Exchange exchange) const;
  // What is so already is no error. Answered once it would be so after a crash as well.
  using Steering = webhook::Dispatcher::Steered (webhook::Dispatcher::*)(const std::string& name);
  void steer(const std::string& name, Steering steering, http::Exchange exchange,
             const http::Request& request) const;
  void show(const std::string& name, ParkedRequest& asked) const;
  void test(const std::string& name, http::Exchange exchange, const http::Request& request) const;

  webhook::Dispatcher& dispatcher_;
  Log& log_;
};

}  // namespace restanza::rest
