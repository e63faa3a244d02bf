// SPDX-License-Identifier: MIT
#include "prosody/crossed_answer.h"

#include <utility>

namespace restanza::host {

xp_status CrossedAnswer::respond(int code, const xp::host::Headers& headers, std::string body) {
  crossing_.answer(HttpAnswer{request_, code, headers, std::move(body)});
  return XP_OK;
}

xp_status CrossedAnswer::begin(int code, const xp::host::Headers& headers) {
  gathered_ = {request_, code, headers, {}};
  return XP_OK;
}

xp_status CrossedAnswer::write(std::string_view chunk) {
  too_long_ = too_long_ || chunk.size() > kMaxGathered - gathered_.body.size();
  if (too_long_) return XP_GONE;
  gathered_.body.append(chunk);
  return XP_OK;
}

void CrossedAnswer::end() {
  if (too_long_) return cut();
  crossing_.answer(std::move(gathered_));
}

}  // namespace restanza::host
