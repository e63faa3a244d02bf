// SPDX-License-Identifier: MIT
// The exchanges of requests that a server hands over: each is answered through the Answer that came with it.
//
// Threads: any; Answers and watches are called without a lock. Ownership: shares each Answer until its
// exchange has ended.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "http_front/exchanges.h"
#include "kit/xp_host.hpp"

namespace restanza::host {

class HandedExchanges final : public Exchanges {
 public:
  static constexpr size_t kMaxOpen = 65536;

  ExchangeId add(std::shared_ptr<xp::host::Answer> answer);  // 0: kMaxOpen wait already
  void client_left(ExchangeId id);
  void room(ExchangeId id);  // for a stream that was told XP_WOULD_BLOCK

  xp_status respond(ExchangeId id, int code, const std::vector<Header>& headers, std::string body) override;
  xp_status begin(ExchangeId id, int code, const std::vector<Header>& headers) override;
  xp_status write(ExchangeId id, std::string_view chunk) override;
  xp_status end(ExchangeId id) override;
  xp_status watch(ExchangeId id, Watch watch) override;

 private:
  struct Open {
    std::shared_ptr<xp::host::Answer> answer;
    std::shared_ptr<const Watch> watch = nullptr;
    bool streaming = false, gone = false, watched = false, room_unheard = false;
  };
  std::shared_ptr<xp::host::Answer> stream(ExchangeId id, xp_status& status) const;
  bool take(ExchangeId id, Open& taken);

  mutable std::mutex mutex_;
  std::map<ExchangeId, Open> open_;
  ExchangeId last_ = 0;
};

}  // namespace restanza::host
