// SPDX-License-Identifier: MIT
#include "journal/pending_changes.h"

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
  std::visit(Cases{[&](const Removed& removed) { deliveries_.insert_or_assign(removed.seq, change); },
                   [&](const Noted& noted) {
                     Change& latest = deliveries_.try_emplace(noted.seq, change).first->second;
                     if (!std::holds_alternative<Removed>(latest)) latest = change;
                   },
                   [&](const EndpointStop& stop) { endpoints_.insert_or_assign(stop.endpoint, change); },
                   [&](const Started& started) { endpoints_.insert_or_assign(started.endpoint, change); },
                   [&](const ForgetDead&) { dead_ = change; }},
             change);
}

void PendingChanges::append_to(std::vector<Write>& writes) const {
  for (const auto& [seq, change] : deliveries_) writes.emplace_back(&change);
  for (const auto& [endpoint, change] : endpoints_) writes.emplace_back(&change);
  if (dead_) writes.emplace_back(&*dead_);
}

void PendingChanges::clear() {
  deliveries_.clear();
  endpoints_.clear();
  dead_.reset();
}

}  // namespace restanza::journal
