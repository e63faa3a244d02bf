// SPDX-License-Identifier: MIT
// An idempotency key (draft-ietf-httpapi-idempotency-key-header) as the journal remembers it: what a client's
// POST was answered, so that a repetition gets the same answer and nothing is done twice. Plain values.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace restanza::journal {

inline constexpr size_t kMaxKeys = 100000;
inline constexpr std::chrono::hours kKeyLifetime{24};

struct Remembered {  // an answer
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct Claim {
  enum class Kind {
    ours,       // it was unknown and is now started
    started,    // by this process, which has not finished it
    lost,       // by an earlier process, which did not get to finish it; or it was given up as lost
    different,  // the key stands for another request
    answered,   // `answer` is what it was answered
    full,       // kMaxKeys are remembered, or the journal holds its limit
  };
  Kind kind = Kind::full;
  Remembered answer;
};

}  // namespace restanza::journal
