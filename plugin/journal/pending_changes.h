// SPDX-License-Identifier: MIT
// Changes that could not be written yet and wait for another try. Of several changes to one delivery or one
// endpoint only the last one counts and is kept, and none replaces a removal; so there is at most one for
// each delivery and endpoint in the store, or lost by it, and two more. The journal's thread only. Internal
// to this folder.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "journal/change.h"
#include "journal/store.h"

namespace restanza::journal {

class PendingChanges {
 public:
  void add(const Change& change);
  // What comes before all others, and moves their dates along.
  void add(const Redated& redated);
  void add_all(const PendingChanges& later);
  void append_to(std::vector<Write>& writes) const;  // they point into this object
  bool empty() const { return size() == 0; }
  size_t size() const {
    return restored_.size() + deliveries_.size() + endpoints_.size() + (dead_ ? 1 : 0) + (redated_ ? 1 : 0);
  }
  void clear();

 private:
  std::map<Seq, Change> restored_;  // before what else becomes of them
  std::map<Seq, Change> deliveries_;
  std::map<std::string, Change> endpoints_;
  std::optional<Change> dead_;
  std::optional<Change> redated_;  // several jumps in one
};

}  // namespace restanza::journal
