// SPDX-License-Identifier: MIT
// Small changes to what is stored, as values, and a heap of those that could not be written yet. Of the
// changes to one thing the heap keeps what they come to, so that it is never larger than what is stored.
// The journal's thread only. Internal to this folder.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "base/result.h"
#include "journal/record.h"

namespace restanza::journal {

class Database;

struct Removed {
  Seq seq;
};
struct Noted {
  Delivery delivery;
};
struct Started {  // no longer stopped
  std::string endpoint;
};
struct ForgetDead {
  WallTime before;
};
using Change = std::variant<Removed, Noted, EndpointStop, Started, ForgetDead>;

Result<void> apply(Database& db, const Change& change);

class Heap {
 public:
  void add(const Change& change);
  Result<void> apply(Database& db) const;
  bool empty() const { return size() == 0; }
  size_t size() const { return deliveries_.size() + endpoints_.size() + (dead_ ? 1 : 0); }
  void clear();

 private:
  std::map<Seq, Change> deliveries_;
  std::map<std::string, Change> endpoints_;
  std::optional<ForgetDead> dead_;
};

}  // namespace restanza::journal
