// SPDX-License-Identifier: MIT
// The answer to a request that Prosody's HTTP server has read: it crosses as one piece, also where the plugin
// gives it in several. Threads as xp::host::Answer says. The crossing outlives it.
#pragma once

#include <cstdint>
#include <string>

#include "kit/xp_host.hpp"
#include "prosody/crossing.h"

namespace restanza::host {

class CrossedAnswer final : public xp::host::Answer {
 public:
  static constexpr size_t kMaxGathered = 16 * 1024 * 1024;  // bytes of an answer in pieces; past it: cut off

  CrossedAnswer(Crossing& crossing, uint64_t request) : crossing_(crossing), request_(request) {}

  xp_status respond(int code, const xp::host::Headers& headers, std::string body) override;
  xp_status begin(int code, const xp::host::Headers& headers) override;
  xp_status write(std::string_view chunk) override;
  void end() override;
  void cut() override { crossing_.answer(HttpAnswer{request_, 0, {}, {}}); }

 private:
  Crossing& crossing_;
  const uint64_t request_;
  HttpAnswer gathered_;
  bool too_long_ = false;
};

}  // namespace restanza::host
