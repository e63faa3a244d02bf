// SPDX-License-Identifier: MIT
// What a queue holds, counted in memory by the one node that has it: bytes of deliveries, and keys with their
// bytes of each credential. A transaction counts apart, and is added when it has been committed. Plain
// values. Internal to this folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "journal/claim.h"

namespace restanza::journal::postgres {

struct KeySum {
  int64_t keys = 0;
  int64_t bytes = 0;
  KeySum& operator+=(const KeySum& more) {
    keys += more.keys;
    bytes += more.bytes;
    return *this;
  }
};

struct Account {
  int64_t bytes = 0;  // of deliveries
  KeySum all;
  std::map<std::string, KeySum> credentials;

  void add_keys(const std::string& credential, KeySum more) {
    all += more;
    credentials[credential] += more;
  }
  void add(const Account& more);
  KeySum of(const std::string& credential) const;
};

// What `base` comes to with `more`: who has most bytes of keys, the greatest first, at most `limit`.
std::vector<KeyUse> who_has_most(const Account& base, const Account& more, size_t limit);

}  // namespace restanza::journal::postgres
