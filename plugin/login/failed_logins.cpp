// SPDX-License-Identifier: MIT
#include "login/failed_logins.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "base/str.h"

namespace restanza {
namespace {

FailedLogins::Wait delay_after(int failures) {
  auto delay = FailedLogins::kFirst;
  for (int i = FailedLogins::kFree + 1; i < failures && delay < FailedLogins::kLongest; ++i) delay *= 2;
  return failures > FailedLogins::kFree ? std::min(delay, FailedLogins::kLongest)
                                        : FailedLogins::Wait::zero();
}

}  // namespace

FailedLogins::FailedLogins(const Clock& clock, AccountOf account_of)
    : clock_(clock), account_of_(account_of) {}

// With the lock held, as all that follows.
void FailedLogins::forget_old() {
  const Instant now = clock_.now();
  while (addresses_.size() > 0 && now - addresses_.idlest().last >= kMemory) addresses_.drop_idlest();
  any_ = addresses_.size() > 0;
}

FailedLogins::Failures* FailedLogins::named(Address& address, size_t account) {
  const Instant now = clock_.now();
  auto& names = address.names;
  names.erase(std::remove_if(names.begin(), names.end(),
                             [now](const Failures& failures) { return now - failures.last >= kMemory; }),
              names.end());
  const auto found = std::find_if(names.begin(), names.end(), [account](const Failures& failures) {
    return failures.account == account;
  });
  return found == names.end() ? nullptr : &*found;
}

FailedLogins::Failures& FailedLogins::to_count(Address& address, size_t account) {
  if (Failures* const name = named(address, account)) return *name;
  if (address.names.size() < kNames) {
    address.names.emplace_back();
    address.names.back().account = account;
    return address.names.back();
  }
  auto& further = address.further_names;
  if (clock_.now() - further.last >= kMemory) further.count = kFree;  // none of them is told at once
  return further;
}

FailedLogins::Wait FailedLogins::locked(Failures* name, Failures& further_names, const Attempt& attempt) {
  const Instant now = clock_.now();
  Failures& failures = name ? *name : further_names;
  if (now >= failures.locked_until) return Wait::zero();
  if (now - failures.refused_since >= kMemory) {
    failures.refused = 0;
    failures.refused_since = now;
  }
  if (proven_.has(attempt) && (!name || name->refused < kSpared)) return Wait::zero();
  failures.refused = std::min(failures.refused + 1, kSpared);
  return std::chrono::ceil<Wait>(failures.locked_until - now);
}

FailedLogins::Wait FailedLogins::wait(const Attempt& attempt) {
  if (!any_) return Wait::zero();
  const std::string network = network_of(attempt.peer);
  const size_t account = std::hash<std::string>{}(account_of_(attempt.name));
  const std::lock_guard<std::mutex> lock(mutex_);
  forget_old();
  Address* const address = addresses_.find(network);
  return address ? locked(named(*address, account), address->further_names, attempt) : Wait::zero();
}

FailedLogins::Verdict FailedLogins::judge(const Attempt& attempt, bool right) {
  if (right && !any_) {
    proven_.remember(attempt);
    return {};
  }
  const std::string network = network_of(attempt.peer);
  const size_t account = std::hash<std::string>{}(account_of_(attempt.name));
  const std::lock_guard<std::mutex> lock(mutex_);
  forget_old();
  if (Address* const address = addresses_.find(network)) {
    Failures* const name = named(*address, account);
    if (const auto wait = locked(name, address->further_names, attempt); wait > wait.zero())
      return {wait, {}};
    if (right && name && !std::exchange(name->forgiven, true)) name->count = 0;
  }
  if (right) {
    proven_.remember(attempt);
    return {};
  }
  proven_.forget(attempt);
  Address& address = addresses_.use(network);
  any_ = true;
  Failures& failures = to_count(address, account);
  address.last = failures.last = clock_.now();
  const auto late = delay_after(++failures.count);
  failures.locked_until = failures.last + late;
  return {{}, late};
}

size_t FailedLogins::remembered() {
  const std::lock_guard<std::mutex> lock(mutex_);
  forget_old();
  return addresses_.size();
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

}  // namespace restanza
