// SPDX-License-Identifier: MIT
// A heap of changes that could not be written yet. Of the changes to one thing it keeps what they come to, so
// that it is never larger than what is stored. The journal's thread only. Internal to this folder.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "journal/change.h"
#include "journal/store.h"

namespace restanza::journal {

class Heap {
 public:
  void add(const Change& change);
  void append_to(std::vector<Write>& writes) const;  // which then refer to this heap
  bool empty() const { return size() == 0; }
  size_t size() const { return deliveries_.size() + endpoints_.size() + (dead_ ? 1 : 0); }
  void clear();

 private:
  std::map<Seq, Change> deliveries_;
  std::map<std::string, Change> endpoints_;
  std::optional<Change> dead_;
};

}  // namespace restanza::journal
