// SPDX-License-Identifier: MIT
#include "journal/changes.h"

#include "journal/deliveries.h"

namespace restanza::journal {
namespace {

template <class... F>
struct Cases : F... {
  using F::operator()...;
};
template <class... F>
Cases(F...) -> Cases<F...>;

template <class Value>
Result<void> done(const Result<Value>& result) {
  return result ? Result<void>() : result.error();
}

}  // namespace

Result<void> apply(Database& db, const Change& change) {
  return std::visit(Cases{[&](const Removed& removed) { return done(discard(db, removed.seq)); },
                          [&](const Noted& noted) { return update(db, noted.delivery); },
                          [&](const EndpointStop& stop) { return remember(db, stop); },
                          [&](const Started& started) { return forget_stop(db, started.endpoint); },
                          [&](const ForgetDead& forget) { return done(discard_dead(db, forget.before)); }},
                    change);
}

void Heap::add(const Change& change) {
  std::visit(Cases{[&](const Removed& removed) { deliveries_.insert_or_assign(removed.seq, change); },
                   [&](const Noted& noted) {
                     Change& latest = deliveries_.try_emplace(noted.delivery.seq, change).first->second;
                     if (!std::holds_alternative<Removed>(latest)) latest = change;
                   },
                   [&](const EndpointStop& stop) { endpoints_.insert_or_assign(stop.endpoint, change); },
                   [&](const Started& started) { endpoints_.insert_or_assign(started.endpoint, change); },
                   [&](const ForgetDead& forget) { dead_ = forget; }},
             change);
}

Result<void> Heap::apply(Database& db) const {
  for (const auto& [seq, change] : deliveries_) {
    if (auto applied = journal::apply(db, change); !applied) return applied;
  }
  for (const auto& [endpoint, change] : endpoints_) {
    if (auto applied = journal::apply(db, change); !applied) return applied;
  }
  if (dead_) return journal::apply(db, *dead_);
  return {};
}

void Heap::clear() {
  deliveries_.clear();
  endpoints_.clear();
  dead_.reset();
}

}  // namespace restanza::journal
