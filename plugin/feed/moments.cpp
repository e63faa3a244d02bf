// SPDX-License-Identifier: MIT
#include "feed/moments.h"

#include <iterator>
#include <tuple>
#include <utility>

namespace restanza::feed {
namespace {

std::string place_of(const xmpp::Stanza& stanza) {
  return std::string(name_of(stanza.kind)) + '\n' + stanza.from + '\n' + stanza.to;
}

}  // namespace

bool Moments::add(Moment moment) {
  const size_t size = moment.stanza->xml.size();
  if (size > max_bytes_) return false;
  const bool replaces = moment.stanza->kind != xmpp::Kind::iq;
  const std::string key = replaces ? place_of(*moment.stanza) : std::string();
  if (const auto earlier = number_.find(key); replaces && earlier != number_.end())
    erase(all_.find(earlier->second));
  while (!has_room(size)) {
    if (latest_.empty()) return false;
    erase(all_.find(latest_.begin()->first));
    ++dropped_;
  }
  const uint64_t number = moment.number;
  const auto added = all_.emplace(number, std::move(moment)).first;
  bytes_ += size;
  if (!replaces) return true;
  try {
    latest_.emplace(number, key);
    number_.insert_or_assign(key, number);
  } catch (...) {  // for want of memory
    erase(added);
    throw;
  }
  return true;
}

std::vector<Moment> Moments::behind(journal::Seq seq, uint64_t number, size_t limit) const {
  std::vector<Moment> found;
  for (const auto& [its_number, moment] : all_) {
    if (found.size() == limit) break;
    if (std::tie(moment.behind, its_number) > std::tie(seq, number)) found.push_back(moment);
  }
  return found;
}

void Moments::forget_up_to(journal::Seq seq, uint64_t number) {
  while (!all_.empty()) {
    const auto first = all_.begin();
    if (std::tie(first->second.behind, first->first) > std::tie(seq, number)) return;
    erase(first);
  }
}

void Moments::forget(uint64_t number) {
  if (const auto found = all_.find(number); found != all_.end()) erase(found);
}

void Moments::erase(All::iterator moment) {
  bytes_ -= moment->second.stanza->xml.size();
  if (const auto latest = latest_.find(moment->first); latest != latest_.end()) {
    number_.erase(latest->second);
    latest_.erase(latest);
  }
  all_.erase(moment);
}

}  // namespace restanza::feed
