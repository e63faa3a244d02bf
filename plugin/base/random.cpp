// SPDX-License-Identifier: MIT
#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

#include "base/str.h"

namespace restanza {

std::string random_bytes(size_t count) {
  std::string bytes(count, '\0');
  size_t have = 0;
  while (have < count) {
    const ssize_t got = getrandom(&bytes[have], count - have, 0);
    if (got > 0) have += static_cast<size_t>(got);
    // Without randomness every id and nonce would be guessable: going on would be worse than ending.
    if (got < 0 && errno != EINTR) std::abort();
  }
  return bytes;
}

std::string random_id() {
  return base64url(random_bytes(18));
}

}  // namespace restanza
