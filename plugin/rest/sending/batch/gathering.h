// SPDX-License-Identifier: MIT
// Reads a body that comes in pieces whole, up to a limit, and goes on with the request then. Threads and
// ownership as those of a batch.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/log.h"
#include "http/exchange.h"
#include "rest/answers/refusal.h"
#include "rest/sending/batch/open_batches.h"
#include "rest/sending/batch/serial.h"

namespace restanza::rest {

class Gathering final : public OpenBatch, public std::enable_shared_from_this<Gathering> {
 public:
  using Next = std::function<void(http::Exchange, const http::Request&)>;

  // `who`: whose credential.
  Gathering(http::Exchange exchange, http::Request request, std::string who, size_t limit, Refusal too_long,
            Next next, std::shared_ptr<OpenBatches> open, Log& log)
      : exchange_(std::move(exchange)),
        request_(std::move(request)),
        who_(std::move(who)),
        limit_(limit),
        too_long_(std::move(too_long)),
        next_(std::move(next)),
        open_(std::move(open)),
        log_(log) {}

  // Refuses where the body is longer, does not come, or is broken.
  void begin();
  void stop() override;
  void break_off() override { stop(); }

 private:
  void run(std::function<void()> work);
  void read_on();
  void came(http::Body how, std::string_view bytes);
  void refuse(const Refusal& refusal);
  void end(const std::function<void()>& last);

  http::Exchange exchange_;
  http::Request request_;
  const std::string who_;
  const size_t limit_;
  const Refusal too_long_;
  const Next next_;
  const std::shared_ptr<OpenBatches> open_;
  Log& log_;
  Serial serial_;
  uint64_t id_ = 0;
  bool over_ = false;
};

}  // namespace restanza::rest
