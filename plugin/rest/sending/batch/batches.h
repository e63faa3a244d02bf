// SPDX-License-Identifier: MIT
// Begins the batches of POST /rest. Most are sent as they come; with an Idempotency-Key, or where all or none
// is to be sent, one is read whole first. Any thread, never blocks.
#pragma once

#include "rest/sending/batch/batch.h"
#include "rest/sending/idempotency.h"

namespace restanza::rest {

class Batches {
 public:
  // Of a batch that is read whole first.
  static constexpr uint64_t kMaxStanzas = 1000;
  static constexpr size_t kMaxBytes = 1024 * 1024;

  Batches(const BatchDependencies& deps, const Idempotency& idempotency)
      : deps_(deps), idempotency_(idempotency) {}

  void begin(http::Exchange exchange, const http::Request& request, const Caller& caller,
             BatchForm form) const;

 private:
  struct Asked {
    Caller caller;
    BatchForm form;
    bool atomic;
  };
  void send_whole(http::Exchange exchange, const http::Request& request, const Asked& asked) const;
  std::optional<Refusal> check(const http::Request& request, const Asked& asked) const;
  std::shared_ptr<Batch> made(http::Exchange exchange, const http::Request& request, const Asked& asked,
                              Batch::Answer answer) const;

  const BatchDependencies deps_;
  const Idempotency& idempotency_;
};

}  // namespace restanza::rest
