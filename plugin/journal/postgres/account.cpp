// SPDX-License-Identifier: MIT
#include "journal/postgres/account.h"

#include <algorithm>

namespace restanza::journal::postgres {

void Account::add(const Account& more) {
  bytes += more.bytes;
  all += more.all;
  for (const auto& [credential, sum] : more.credentials) {
    KeySum& own = credentials[credential];
    own += sum;
    if (own.keys == 0) credentials.erase(credential);
  }
}

KeySum Account::of(const std::string& credential) const {
  const auto found = credentials.find(credential);
  return found == credentials.end() ? KeySum() : found->second;
}

std::vector<KeyUse> who_has_most(const Account& base, const Account& more, size_t limit) {
  Account sum = base;
  sum.add(more);
  std::vector<KeyUse> all;
  for (const auto& [credential, own] : sum.credentials)
    all.push_back({credential, static_cast<size_t>(own.keys), static_cast<uint64_t>(own.bytes)});
  std::stable_sort(all.begin(), all.end(),
                   [](const KeyUse& a, const KeyUse& b) { return a.bytes > b.bytes; });
  if (all.size() > limit) all.resize(limit);
  return all;
}

}  // namespace restanza::journal::postgres
