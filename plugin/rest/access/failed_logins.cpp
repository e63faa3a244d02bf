// SPDX-License-Identifier: MIT
#include "rest/access/failed_logins.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "base/random.h"
#include "base/str.h"
#include "rest/access/digest.h"
#include "xmpp/jid.h"

namespace restanza::rest {
namespace {

constexpr size_t kLongestKey = 256;  // names that are alike for so long are counted as one

std::string key_of(const Attempt& attempt) {
  return (network_of(attempt.peer) + "\n" + account_of(attempt.name)).substr(0, kLongestKey);
}

FailedLogins::Wait delay_after(int failures) {
  auto delay = FailedLogins::kFirst;
  for (int i = FailedLogins::kFree + 1; i < failures && delay < FailedLogins::kLongest; ++i) delay *= 2;
  return failures > FailedLogins::kFree ? std::min(delay, FailedLogins::kLongest)
                                        : FailedLogins::Wait::zero();
}

}  // namespace

FailedLogins::FailedLogins(const Clock& clock) : clock_(clock), salt_(random_bytes(32)) {}

// With the lock held, as all that follows.
void FailedLogins::forget_old() {
  const Instant now = clock_.now();
  while (failures_.size() > 0 && now - failures_.idlest().last >= kMemory) failures_.drop_idlest();
  any_ = failures_.size() > 0;
}

std::string FailedLogins::digest_of(std::string_view secret) const {
  return sha256(salt_ + std::string(secret));
}

FailedLogins::Wait FailedLogins::locked(const Failures& failures, const std::string& digest) const {
  const Instant now = clock_.now();
  const bool proven =
      std::find(failures.proven.begin(), failures.proven.end(), digest) != failures.proven.end();
  if (proven || now >= failures.locked_until) return Wait::zero();
  return std::chrono::ceil<Wait>(failures.locked_until - now);
}

FailedLogins::Wait FailedLogins::wait(const Attempt& attempt) {
  if (!any_) return Wait::zero();
  const std::string key = key_of(attempt);
  const std::lock_guard<std::mutex> lock(mutex_);
  forget_old();
  const Failures* found = failures_.find(key);
  return found ? locked(*found, digest_of(attempt.secret)) : Wait::zero();
}

FailedLogins::Verdict FailedLogins::judge(const Attempt& attempt, bool right) {
  if (right && !any_) return {};
  const std::string key = key_of(attempt);
  const std::lock_guard<std::mutex> lock(mutex_);
  forget_old();
  Failures* found = failures_.find(key);
  const std::string digest = found ? digest_of(attempt.secret) : std::string();
  if (found) {
    if (const auto wait = locked(*found, digest); wait > wait.zero()) return {wait, {}};
    const auto known = std::find(found->proven.begin(), found->proven.end(), digest);
    if (right && known == found->proven.end() && found->proven.size() < kProven) {
      found->proven.push_back(digest);
      found->count = 0;
    }
    if (!right && known != found->proven.end()) found->proven.erase(known);
  }
  if (right) return {};
  Failures& failures = failures_.use(key);
  any_ = true;
  failures.last = clock_.now();
  const auto late = delay_after(++failures.count);
  failures.locked_until = failures.last + late;
  return {{}, late};
}

size_t FailedLogins::remembered() {
  const std::lock_guard<std::mutex> lock(mutex_);
  forget_old();
  return failures_.size();
}

std::string network_of(std::string_view peer) {
  in6_addr address{};
  if (inet_pton(AF_INET6, std::string(peer).c_str(), &address) != 1) return std::string(peer);
  constexpr size_t kNetwork = 8;  // of 16 bytes
  const auto* bytes = reinterpret_cast<const char*>(address.s6_addr);
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    char text[INET_ADDRSTRLEN] = {};
    inet_ntop(AF_INET, bytes + 12, text, sizeof text);
    return text;
  }
  return hex({bytes, kNetwork});
}

std::string account_of(std::string_view name) {
  const std::string_view node = name.substr(0, name.find_first_of("@/"));
  const auto jid = xmpp::Jid::parse(std::string(node) + "@x");
  return jid ? jid->node : ascii_lower(node);
}

}  // namespace restanza::rest
