// SPDX-License-Identifier: MIT
#include "subscription/fan_out/kept_deliveries.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "subscription/verdict.h"

namespace restanza::subscription {

void KeptDeliveries::replay(const std::string& id, std::function<void(const Result<bool>&)> then) {
  journal_.revive(id,
                  [this, then = std::move(then)](const Result<std::optional<journal::Delivery>>& revived) {
                    if (!revived) return then(revived.error());
                    if (*revived) requeue(**revived);
                    then(revived->has_value());
                  });
}

void KeptDeliveries::replay(const journal::Filter& filter, std::function<void(const Result<size_t>&)> then) {
  replay_page(filter, 0, std::move(then));
}

// A page at a time, so that new stanzas do not wait for the whole.
void KeptDeliveries::replay_page(const journal::Filter& filter, size_t so_far,
                                 std::function<void(const Result<size_t>&)> then) {
  journal_.revive(
      filter, kPage,
      [this, filter, so_far, then = std::move(then)](const Result<std::vector<journal::Delivery>>& revived) {
        if (!revived) return then(revived.error());
        for (const journal::Delivery& delivery : *revived) requeue(delivery);
        const size_t count = so_far + revived->size();
        if (revived->size() < kPage) return then(count);
        replay_page(filter, count, then);
      });
}

void KeptDeliveries::requeue(const journal::Delivery& revived) const {
  if (revived.seq == journal::kElsewhere) return;
  if (const auto destination = fan_out_.find(revived.endpoint)) destination->requeue(revived);
}

// Also from the queue of one that was removed: it may come again before it has ended.
void KeptDeliveries::withdraw(const journal::Delivery& delivery) const {
  if (delivery.state != journal::State::waiting) return;
  for (const auto& destination : destinations_()) {
    if (destination->name() == delivery.endpoint) destination->withdraw(delivery);
  }
}

bool KeptDeliveries::at_work(const journal::Delivery& delivery) const {
  if (delivery.state != journal::State::waiting) return false;
  const auto all = destinations_();
  return std::any_of(all.begin(), all.end(), [&](const auto& destination) {
    return destination->name() == delivery.endpoint && destination->at_work(delivery);
  });
}

void KeptDeliveries::discard(const std::string& id, std::function<void(const Result<Discarded>&)> then) {
  using Found = Result<std::optional<journal::Delivery>>;
  journal_.find(id, [this, id, then = std::move(then)](const Found& found) {
    if (!found) return then(found.error());
    if (!*found) return then(Discarded::unknown);
    if (at_work(**found)) return then(Discarded::at_work);
    discard_found(**found, then);
  });
}

void KeptDeliveries::discard_found(const journal::Delivery& delivery,
                                   std::function<void(const Result<Discarded>&)> then) {
  journal_.discard({delivery.seq}, {},
                   [this, delivery, then = std::move(then)](const Result<std::vector<journal::Seq>>& gone) {
                     if (!gone) return then(gone.error());
                     // It left meanwhile, or came back to life: then it has another seq.
                     if (gone->empty()) return discard(delivery.id, then);
                     withdraw(delivery);
                     then(Discarded::ok);
                   });
}

void KeptDeliveries::discard(const journal::Filter& filter, std::function<void(const Result<size_t>&)> then) {
  discard_page(filter, 0, 0, std::move(then));
}

// A page at a time, so that new stanzas do not wait for the whole.
void KeptDeliveries::discard_page(const journal::Filter& filter, journal::Seq beyond, size_t so_far,
                                  std::function<void(const Result<size_t>&)> then) {
  using Listed = Result<std::vector<journal::Delivery>>;
  journal_.list(filter, beyond, kPage, [this, filter, so_far, then = std::move(then)](Listed listed) {
    if (!listed) return then(listed.error());
    discard_listed(filter, std::move(*listed), so_far, then);
  });
}

void KeptDeliveries::discard_listed(const journal::Filter& filter, std::vector<journal::Delivery> listed,
                                    size_t so_far, std::function<void(const Result<size_t>&)> then) {
  std::vector<journal::Seq> seqs;
  for (const journal::Delivery& delivery : listed) {
    if (!at_work(delivery)) seqs.push_back(delivery.seq);
  }
  const auto discarded = [this, filter, so_far, listed = std::move(listed),
                          then = std::move(then)](const Result<std::vector<journal::Seq>>& gone) {
    if (!gone) return then(gone.error());
    // Only now: what could not be discarded must stay in the queues. Both are in the order of the seqs.
    for (const journal::Delivery& delivery : listed) {
      if (std::binary_search(gone->begin(), gone->end(), delivery.seq)) withdraw(delivery);
    }
    const size_t count = so_far + gone->size();
    if (listed.size() < kPage) return then(count);
    discard_page(filter, listed.back().seq, count, then);
  };
  journal_.discard(std::move(seqs), filter, discarded);
}

void KeptDeliveries::purge() {
  journal_.forget_dead(clock_.wall() - kDeadKept);
  bury_foreign();
}

// What waits for those that are not configured any more has its day like the rest. Nobody is told: their
// senders had no answer to wait for from the others.
void KeptDeliveries::bury_foreign() {
  journal::Filter old;
  old.state = journal::State::waiting;
  old.before = clock_.wall() - kLifetime;
  journal_.list(old, 0, kPage, [this](const Result<std::vector<journal::Delivery>>& page) {
    if (!page) return;  // at the next look
    for (journal::Delivery delivery : *page) {
      if (fan_out_.find(delivery.endpoint) || at_work(delivery)) continue;
      withdraw(delivery);
      delivery.last_error = "a day has passed, and there is no such endpoint";
      delivery.changed = clock_.wall();
      journal_.note_dead(delivery);
    }
  });
}

}  // namespace restanza::subscription
