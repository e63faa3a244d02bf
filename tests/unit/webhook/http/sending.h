// SPDX-License-Identifier: MIT
// A transport over HTTP with what it needs around it, for its tests.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/pipe_signal.h"
#include "unit/webhook/http_endpoint.h"
#include "webhook/http/http_transport.h"

namespace restanza::webhook {

struct Sending {
  PipeSignalBlocked blocked;  // as on the threads that make requests
  SystemClock clock;
  Timer timer{clock};
  Settings settings;
  std::unique_ptr<Transport> transport;

  explicit Sending(const std::string& url, std::chrono::milliseconds timeout = kPatience) {
    timer.start();
    settings.url = url;
    settings.timeout = timeout;
    settings.max_answer = 100;
    transport = std::make_unique<HttpTransport>(*Url::parse(url), settings, timer);
  }
  Outcome post(std::chrono::milliseconds within = kPatience) {
    return transport->post({"/x", "application/xmpp+xml", "", "<message/>"}, within);
  }
};

}  // namespace restanza::webhook
