// SPDX-License-Identifier: MIT
// The table of idempotency keys (draft-ietf-httpapi-idempotency-key-header): what a client's POST was
// answered, so that a repetition gets the same answer and nothing is done twice. Functions for inside
// `Journal::run`.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "journal/record.h"

namespace restanza::journal {

class Database;

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
    lost,       // by an earlier process, which did not get to finish it
    different,  // the key stands for another request
    answered,   // `answer` is what it was answered
    full,       // kMaxKeys are remembered, or the journal holds its limit
  };
  Kind kind = Kind::full;
  Remembered answer;
};

// `key`: a digest of credential, method, target and the client's key; `fingerprint`: of the content's type
// and body. Keys older than kKeyLifetime count as unknown.
Result<Claim> claim(Database& db, const std::string& key, const std::string& fingerprint, WallTime now);
Result<void> remember(Database& db, const std::string& key, const Remembered& answer);
Result<void> forget(Database& db, const std::string& key);
Result<void> forget_old_keys(Database& db, WallTime now);

}  // namespace restanza::journal
