// SPDX-License-Identifier: MIT
// Comparing secrets. A header alone, so that of those who use this folder only who compares secrets links
// OpenSSL. Pure, any thread.
#pragma once

#include <openssl/crypto.h>

#include <string_view>

namespace restanza {

// How long it takes tells nothing of the content; whether the lengths are equal it may tell.
inline bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace restanza
