// SPDX-License-Identifier: MIT
// /rest/endpoints: the webhooks as they are right now, and pausing, resuming and testing them. For those with
// the right `admin`. Any thread, never blocks. The dispatcher must outlive it.
#pragma once

#include <string>

#include "http/exchange.h"
#include "webhook/dispatcher.h"

namespace restanza::rest {

class Endpoints {
 public:
  explicit Endpoints(webhook::Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  void look(http::Exchange exchange) const;

  // `action`: "pause", "resume" or "test". What is so already is no error.
  void steer(const std::string& name, const std::string& action, http::Exchange exchange,
             const http::Request& request) const;

 private:
  void test(const std::string& name, http::Exchange exchange, const http::Request& request) const;

  webhook::Dispatcher& dispatcher_;
};

}  // namespace restanza::rest
