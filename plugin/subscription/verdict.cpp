// SPDX-License-Identifier: MIT
#include "subscription/verdict.h"

#include <algorithm>
#include <array>

namespace restanza::subscription {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::array<seconds, 7> kSchedule = {seconds(1),   seconds(5),    seconds(30),  seconds(120),
                                              seconds(600), seconds(1800), seconds(3600)};
constexpr uint32_t kLongestProbe = 3;  // the schedule's 30 s

milliseconds with_jitter(seconds delay, double chance, std::optional<seconds> asked) {
  const auto jittered = milliseconds(static_cast<int64_t>(1000.0 * static_cast<double>(delay.count()) *
                                                          (0.8 + 0.4 * std::clamp(chance, 0.0, 1.0))));
  return std::max<milliseconds>(jittered, std::min(asked.value_or(seconds(0)), kMaxRetryAfter));
}

seconds scheduled(uint32_t attempts) {
  return kSchedule[std::min<size_t>(std::max(attempts, 1U), kSchedule.size()) - 1];
}

}  // namespace

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::delivered:
      return "delivered";
    case Verdict::refused:
      return "refused";
    case Verdict::gone:
      return "gone";
    case Verdict::failed:
      return "failed";
    case Verdict::unavailable:
      return "unavailable";
  }
  return "";
}

milliseconds retry_delay(uint32_t attempts, double chance, std::optional<seconds> asked) {
  return with_jitter(scheduled(attempts), chance, asked);
}

milliseconds probe_delay(uint32_t attempts, double chance, std::optional<seconds> asked) {
  return with_jitter(scheduled(std::min(attempts, kLongestProbe)), chance, asked);
}

}  // namespace restanza::subscription
