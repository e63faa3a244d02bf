// SPDX-License-Identifier: MIT
// Keeps something alive for as long as an exchange waits for its answer: what answers it, say.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "http/exchange.h"

namespace restanza::http {

class KeepingResponder final : public Responder {
 public:
  KeepingResponder(Exchange exchange, std::shared_ptr<const void> kept)
      : kept_(std::move(kept)), exchange_(std::move(exchange)) {}
  void respond(Response response) override { exchange_.respond(std::move(response)); }
  void fail() noexcept override {}
  void watch(std::function<void()> gone) override { exchange_.watch(std::move(gone)); }

 private:
  const std::shared_ptr<const void> kept_;
  Exchange exchange_;
};

inline Exchange keeping(Exchange exchange, std::shared_ptr<const void> kept) {
  return Exchange(std::make_unique<KeepingResponder>(std::move(exchange), std::move(kept)));
}

}  // namespace restanza::http
