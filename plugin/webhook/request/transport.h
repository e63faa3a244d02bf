// SPDX-License-Identifier: MIT
// How requests reach one endpoint: an interface, so that tests can do without a network. Requests come from
// one thread at a time, `abort` from any. What became of a request that broke after it was sent is unknown.
// It is not sent again here, but where it met a kept connection that brought nothing any more: there it is
// sent once more, with the same headers.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/timer.h"
#include "http/request.h"
#include "webhook/request/outcome.h"
#include "webhook/settings/settings.h"
#include "webhook/settings/url.h"

namespace restanza::webhook {

struct Post {
  std::string target;
  std::string content_type;
  std::string language;  // empty where unknown
  std::string body;
  std::vector<http::Header> headers = {};  // besides these; checked by whoever makes them
};

class Transport {
 public:
  virtual ~Transport() = default;

  // One attempt, over after `within` at the latest; the endpoint's timeout holds as well.
  virtual Outcome post(const Post& post, std::chrono::milliseconds within) = 0;
  virtual Outcome options(const std::string& target, std::chrono::milliseconds within) = 0;

  virtual void abort() = 0;  // ends the running request, and later ones before they begin
};

// The timer outlives the transport.
using MakeTransport =
    std::function<std::unique_ptr<Transport>(const Url& url, const Settings& settings, Timer& timer)>;

// One kind of transport. The threads that make requests with it have so many bytes of stack, and SIGPIPE
// blocked, as a LargeStackThread has it.
struct Transports {
  MakeTransport make;
  size_t stack = size_t{8} << 20;
};

}  // namespace restanza::webhook
