// SPDX-License-Identifier: MIT
// What waits for a consumer in memory alone, for it is worthless late: of presence, and of what else tells of
// a moment, the latest from each sender to each recipient; and iqs. One thread at a time. Owns what waits.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "journal/record.h"
#include "xmpp/stanza.h"

namespace restanza::feed {

struct Moment {
  journal::Seq behind = 0;  // the kept delivery that had come before it
  uint64_t number = 0;      // in the order of arrival, from 1 upwards
  std::string id;
  WallTime accepted;
  std::optional<Instant> until;  // of an iq: then its time is up
  std::shared_ptr<const xmpp::Stanza> stanza;
};

class Moments {
 public:
  static constexpr size_t kMax = 10000;
  static constexpr size_t kMaxBytes = 8u << 20;  // of their texts together, where there are few consumers

  explicit Moments(size_t max_bytes = kMaxBytes) : max_bytes_(max_bytes) {}

  // It has the greatest number so far. What is of the same kind and addresses makes place for it, and where
  // there is no room, the oldest that is no iq. False: there is none all the same, and it is not taken.
  bool add(Moment moment);

  // Those behind this place in the order of arrival, at most `limit`.
  std::vector<Moment> behind(journal::Seq seq, uint64_t number, size_t limit) const;
  void forget_up_to(journal::Seq seq, uint64_t number);
  void forget(uint64_t number);  // where it is there

  size_t size() const { return all_.size(); }
  uint64_t dropped() const { return dropped_; }  // for want of room, since the beginning

 private:
  using All = std::map<uint64_t, Moment>;
  void erase(All::iterator moment);
  bool has_room(size_t bytes) const { return all_.size() < kMax && bytes <= max_bytes_ - bytes_; }

  const size_t max_bytes_;
  All all_;                                           // by number, and so by `behind`
  std::map<uint64_t, std::string> latest_;            // of these that are no iqs: the key below
  std::unordered_map<std::string, uint64_t> number_;  // of the latest, by kind and addresses
  size_t bytes_ = 0;
  uint64_t dropped_ = 0;
};

}  // namespace restanza::feed
