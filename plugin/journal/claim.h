// SPDX-License-Identifier: MIT
// An idempotency key (draft-ietf-httpapi-idempotency-key-header) as the journal remembers it: what a client's
// POST was answered, so that a repetition gets the same answer and nothing is done twice. Plain values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace restanza::journal {

inline constexpr size_t kMaxKeys = 100000;  // of one credential
inline constexpr std::chrono::hours kKeyLifetime{24};

// What keys and their answers may take up, in bytes of the store and beside what deliveries may. Where one
// more would not fit, answers are dropped, the oldest first: those of the same credential where that has too
// much, and otherwise of the one that has most. A key whose answer is dropped still stands for its request,
// so that nothing is done twice. Where all credentials together have too much and the one that has most has
// no answers left, its oldest keys are forgotten, but those that are under way.
struct KeyLimits {
  uint64_t each = uint64_t{64} << 20;  // of one credential
  uint64_t together = uint64_t{256} << 20;
};

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
    dropped,    // it was answered, and of that only the status is left, in `answer`
    full,       // its credential has kMaxKeys, or KeyLimits leave no room
  };
  Kind kind = Kind::full;
  Remembered answer;
};

// A key as it is kept, to be moved from one store to another.
struct KeptKey {
  int64_t place = 0;  // in the order of their coming
  std::string key, fingerprint, credential;
  WallTime started;
  bool finished = false;  // and `answer` is what it was answered; else nobody knows what came of it
  bool dropped = false;   // of the answer only the status is left
  Remembered answer;
};

// What is kept of keys.
struct KeyUse {
  std::string credential;  // empty: what was written before credentials were noted
  size_t keys = 0;
  uint64_t bytes = 0;
};
struct KeysKept {
  size_t keys = 0;
  uint64_t bytes = 0;
  std::vector<KeyUse> credentials;  // those that have most, the greatest first
};

}  // namespace restanza::journal
