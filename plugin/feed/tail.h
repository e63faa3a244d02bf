// SPDX-License-Identifier: MIT
// The latest of what waits for a consumer on disk, in memory as well: so that whoever follows has what comes
// without reading the disk. One thread at a time.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "journal/record.h"
#include "xmpp/stanza.h"

namespace restanza::feed {

struct Kept {
  journal::Seq seq = 0;
  std::string id;
  WallTime accepted;
  std::shared_ptr<const xmpp::Stanza> stanza;
};

class Tail {
 public:
  static constexpr size_t kMax = 16;
  static constexpr size_t kMaxBytes = 16 * 1024;  // of their texts together

  void add(Kept one);             // it has the highest seq so far
  void clear(journal::Seq upto);  // nothing up to there is here any more
  void forget(journal::Seq seq);

  // Whether all that waits behind this place is here.
  bool covers(journal::Seq after) const { return after >= behind_; }
  std::vector<Kept> behind(journal::Seq after) const;

 private:
  std::deque<Kept> all_;
  journal::Seq behind_ = 0;  // what is here came behind this
  size_t bytes_ = 0;
};

}  // namespace restanza::feed
