// SPDX-License-Identifier: MIT
// cpp-httplib's client for http or https as a webhook needs it: it connects by our rules, and reads through a
// bounded stream. One thread at a time.
#pragma once

#include <httplib.h>

#include <memory>
#include <string>

#include "base/clock.h"
#include "webhook/settings.h"
#include "webhook/url.h"
#include "webhook/watchdog.h"

namespace restanza::webhook {

// What a request tells the client about connecting, and hears of it.
struct Connecting {
  Instant until;        // when all attempts are over
  std::string failure;  // why there is no connection; empty where there is one
};

// Watchdog and connecting must outlive the client.
std::unique_ptr<httplib::ClientImpl> client_for(const Url& url, const Settings& settings, Watchdog& watchdog,
                                                Connecting& connecting);

// Why a request has no answer, for people.
std::string reason_of(httplib::Error error, const httplib::ClientImpl& client, const Settings& settings,
                      const Connecting& connecting);

}  // namespace restanza::webhook
