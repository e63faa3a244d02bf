// SPDX-License-Identifier: MIT
// Keeps something alive for as long as an exchange waits for its answer: what answers it, say.
#pragma once

#include <memory>
#include <utility>

#include "http/exchange.h"

namespace restanza::http {

class Keeping final : public Observer {
 public:
  explicit Keeping(std::shared_ptr<const void> kept) : kept_(std::move(kept)) {}

 private:
  const std::shared_ptr<const void> kept_;
};

inline Exchange keeping(Exchange exchange, std::shared_ptr<const void> kept) {
  exchange.observe(std::make_unique<Keeping>(std::move(kept)));
  return exchange;
}

}  // namespace restanza::http
