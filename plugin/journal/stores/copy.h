// SPDX-License-Identifier: MIT
// Moves what a journal keeps into another one, of whatever kind. One thread; waits for both.
#pragma once

#include <functional>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "journal/store.h"

namespace restanza::journal {

// No host may have either open. What has arrived has left the source; who is stopped in the middle goes on
// with the same call: nothing is lost, and nothing is there twice. `line` hears, in lines, how many of what
// were moved. An error: what is left is where it was. The target may hold other things, but no other delivery
// under a seq of the source's, for which nothing is moved at all. A source that was moved wholly knows no
// consumer any more.
Result<void> copy(const StorePlace& from, const StorePlace& to, const Clock& clock,
                  const std::function<void(std::string_view)>& line);

inline constexpr size_t kCopiedAtOnce = 500;             // deliveries in one commit
inline constexpr size_t kCopiedBytes = size_t{8} << 20;  // of their stanzas; the first may be larger
inline constexpr size_t kKeysCopiedAtOnce = 100;

}  // namespace restanza::journal
