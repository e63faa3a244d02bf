// SPDX-License-Identifier: MIT
#include "feed/tail.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace restanza::feed {

void Tail::add(Kept one) {
  bytes_ += one.stanza->xml.size();
  all_.push_back(std::move(one));
  while (!all_.empty() && (all_.size() > kMax || bytes_ > kMaxBytes)) {
    behind_ = all_.front().seq;
    bytes_ -= all_.front().stanza->xml.size();
    all_.pop_front();
  }
}

void Tail::clear(journal::Seq upto) {
  all_.clear();
  bytes_ = 0;
  behind_ = upto;
}

void Tail::forget(journal::Seq seq) {
  const auto found =
      std::find_if(all_.begin(), all_.end(), [seq](const Kept& each) { return each.seq == seq; });
  if (found == all_.end()) return;
  bytes_ -= found->stanza->xml.size();
  all_.erase(found);
}

std::vector<Kept> Tail::behind(journal::Seq after) const {
  std::vector<Kept> found;
  std::copy_if(all_.begin(), all_.end(), std::back_inserter(found),
               [after](const Kept& each) { return each.seq > after; });
  return found;
}

}  // namespace restanza::feed
