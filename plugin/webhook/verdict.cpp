// SPDX-License-Identifier: MIT
#include "webhook/verdict.h"

#include <algorithm>
#include <array>

namespace restanza::webhook {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::array<seconds, 7> kSchedule = {seconds(1),   seconds(5),    seconds(30),  seconds(120),
                                              seconds(600), seconds(1800), seconds(3600)};
constexpr uint32_t kLongestProbe = 3;  // the schedule's 30 s

milliseconds with_jitter(seconds delay, double chance, const Outcome& outcome) {
  const auto jittered = milliseconds(static_cast<int64_t>(1000.0 * static_cast<double>(delay.count()) *
                                                          (0.8 + 0.4 * std::clamp(chance, 0.0, 1.0))));
  const seconds asked = std::min(outcome.retry_after.value_or(seconds(0)), kMaxRetryAfter);
  return std::max<milliseconds>(jittered, asked);
}

seconds scheduled(uint32_t attempts) {
  return kSchedule[std::min<size_t>(std::max(attempts, 1U), kSchedule.size()) - 1];
}

}  // namespace

Verdict verdict_of(const Outcome& outcome) {
  if (outcome.end != Outcome::End::answered) return Verdict::unavailable;
  switch (outcome.status) {
    case 408:
    case 425:
    case 429:
    case 502:
    case 503:
    case 504:
      return Verdict::unavailable;
    case 410:
      return Verdict::gone;
    default:
      break;
  }
  if (outcome.status / 100 == 2) return Verdict::delivered;
  return outcome.status / 100 == 5 ? Verdict::failed : Verdict::refused;
}

milliseconds retry_delay(uint32_t attempts, double chance, const Outcome& outcome) {
  return with_jitter(scheduled(attempts), chance, outcome);
}

milliseconds probe_delay(uint32_t attempts, double chance, const Outcome& outcome) {
  return with_jitter(scheduled(std::min(attempts, kLongestProbe)), chance, outcome);
}

}  // namespace restanza::webhook
