// SPDX-License-Identifier: MIT
#include "journal/pending_changes.h"

#include "journal/dates.h"

namespace restanza::journal {
namespace {

template <class... F>
struct Cases : F... {
  using F::operator()...;
};
template <class... F>
Cases(F...) -> Cases<F...>;

}  // namespace

void PendingChanges::add(const Change& change) {
  std::visit(
      Cases{[&](const Removed& removed) {
              restored_.erase(removed.seq);
              deliveries_.insert_or_assign(removed.seq, change);
            },
            [&](const Restored& restored) { restored_.insert_or_assign(restored.delivery->seq, change); },
            [&](const Noted& noted) {
              Change& latest = deliveries_.try_emplace(noted.seq, change).first->second;
              if (!std::holds_alternative<Removed>(latest)) latest = change;
            },
            [&](const EndpointStop& stop) { endpoints_.insert_or_assign(stop.endpoint, change); },
            [&](const Started& started) { endpoints_.insert_or_assign(started.endpoint, change); },
            [&](const ForgetDead&) { dead_ = change; }, [&](const Redated& redated) { add(redated); }},
      change);
}

// Nothing has been dated between two that wait, for nothing could be written.
void PendingChanges::add(const Redated& redated) {
  Redated all = redated;
  if (redated_) {
    all = std::get<Redated>(*redated_);
    all.by += redated.by;
    all.earlier_by += redated.earlier_by;
  }
  redated_ = all;
  for (auto& [seq, change] : deliveries_) {
    if (auto* noted = std::get_if<Noted>(&change)) noted->changed = journal::redated(noted->changed, redated);
  }
}

void PendingChanges::add_all(const PendingChanges& later) {
  if (later.redated_) add(std::get<Redated>(*later.redated_));
  for (const auto& [seq, change] : later.restored_) add(change);
  for (const auto& [seq, change] : later.deliveries_) add(change);
  for (const auto& [endpoint, change] : later.endpoints_) add(change);
  if (later.dead_) add(*later.dead_);
}

void PendingChanges::append_to(std::vector<Write>& writes) const {
  if (redated_) writes.emplace_back(&*redated_);
  for (const auto& [seq, change] : restored_) writes.emplace_back(&change);
  for (const auto& [seq, change] : deliveries_) writes.emplace_back(&change);
  for (const auto& [endpoint, change] : endpoints_) writes.emplace_back(&change);
  if (dead_) writes.emplace_back(&*dead_);
}

void PendingChanges::clear() {
  restored_.clear();
  deliveries_.clear();
  endpoints_.clear();
  dead_.reset();
  redated_.reset();
}

}  // namespace restanza::journal
