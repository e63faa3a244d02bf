// SPDX-License-Identifier: MIT
// What the owner of the endpoints can see and steer: the part of the dispatcher that is no stanza's way.
#include <algorithm>
#include <utility>

#include "webhook/dispatcher.h"

namespace restanza::webhook {
namespace {

const char* state_of(const Lanes::Snapshot& now) {
  if ((now.stops & Gate::kDisabled) != 0) return "disabled";
  if ((now.stops & Gate::kPaused) != 0) return "paused";
  if (!now.answering) return "unreachable";
  return now.draining ? "draining backlog" : "active";
}

}  // namespace

std::vector<Dispatcher::Report> Dispatcher::report() const {
  std::vector<Report> reports;
  for (const auto& member : *members()) {
    const Shared& endpoint = member->endpoint;
    const Endpoint::Snapshot now = endpoint->snapshot();
    reports.push_back({endpoint->name(), endpoint->origin(), state_of(now.lanes), now.reason, now.last_error,
                       now.lanes.waiting + now.lanes.at_work, now.lanes.at_work, endpoint->public_keys()});
  }
  return reports;
}

Dispatcher::Steered Dispatcher::pause(const std::string& endpoint) {
  const Shared found = find(endpoint);
  if (!found) return Steered::unknown;
  return found->pause() ? Steered::ok : Steered::unchanged;
}

Dispatcher::Steered Dispatcher::resume(const std::string& endpoint) {
  const Shared found = find(endpoint);
  if (!found) return Steered::unknown;
  return found->resume() ? Steered::ok : Steered::unchanged;
}

// A read that sees all that was asked for before it, or says that it does not.
void Dispatcher::when_kept(std::function<void(const Result<void>&)> then) {
  deps_.journal.stops_settled(
      [then = std::move(then)](const Result<std::vector<journal::EndpointStop>>& stops) {
        then(stops ? Result<void>() : stops.error());
      });
}

Dispatcher::Steered Dispatcher::test(const std::string& endpoint, std::function<void(const Outcome&)> then) {
  const Shared found = find(endpoint);
  if (!found) return Steered::unknown;
  return found->test(std::move(then)) ? Steered::ok : Steered::unchanged;
}

void Dispatcher::replay(const std::string& id, std::function<void(const Result<bool>&)> then) {
  deps_.journal.revive(
      id, [this, then = std::move(then)](const Result<std::optional<journal::Delivery>>& revived) {
        if (!revived) return then(revived.error());
        if (*revived) requeue(**revived);
        then(revived->has_value());
      });
}

void Dispatcher::replay(const journal::Filter& filter, std::function<void(const Result<size_t>&)> then) {
  replay_page(filter, 0, std::move(then));
}

// A page at a time, so that new stanzas do not wait for the whole.
void Dispatcher::replay_page(const journal::Filter& filter, size_t so_far,
                             std::function<void(const Result<size_t>&)> then) {
  deps_.journal.revive(
      filter, kPage,
      [this, filter, so_far, then = std::move(then)](const Result<std::vector<journal::Delivery>>& revived) {
        if (!revived) return then(revived.error());
        for (const journal::Delivery& delivery : *revived) requeue(delivery);
        const size_t count = so_far + revived->size();
        if (revived->size() < kPage) return then(count);
        replay_page(filter, count, then);
      });
}

void Dispatcher::requeue(const journal::Delivery& revived) {
  if (const Shared endpoint = find(revived.endpoint)) endpoint->requeue(revived);
}

// Also from the queue of one that was removed: it may come again before it has ended.
void Dispatcher::withdraw(const journal::Delivery& delivery) {
  if (delivery.state != journal::State::waiting) return;
  for (const Shared& endpoint : everyone()) {
    if (endpoint->name() == delivery.endpoint) endpoint->withdraw(delivery);
  }
}

bool Dispatcher::at_work(const journal::Delivery& delivery) const {
  if (delivery.state != journal::State::waiting) return false;
  const auto all = everyone();
  return std::any_of(all.begin(), all.end(), [&](const Shared& endpoint) {
    return endpoint->name() == delivery.endpoint && endpoint->at_work(delivery);
  });
}

void Dispatcher::discard(const std::string& id, std::function<void(const Result<Discarded>&)> then) {
  using Found = Result<std::optional<journal::Delivery>>;
  deps_.journal.find(id, [this, id, then = std::move(then)](const Found& found) {
    if (!found) return then(found.error());
    if (!*found) return then(Discarded::unknown);
    if (at_work(**found)) return then(Discarded::at_work);
    discard_found(**found, then);
  });
}

void Dispatcher::discard_found(const journal::Delivery& delivery,
                               std::function<void(const Result<Discarded>&)> then) {
  deps_.journal.discard(
      {delivery.seq}, {},
      [this, delivery, then = std::move(then)](const Result<std::vector<journal::Seq>>& gone) {
        if (!gone) return then(gone.error());
        // It left meanwhile, or came back to life: then it has another seq.
        if (gone->empty()) return discard(delivery.id, then);
        withdraw(delivery);
        then(Discarded::ok);
      });
}

void Dispatcher::discard(const journal::Filter& filter, std::function<void(const Result<size_t>&)> then) {
  discard_page(filter, 0, 0, std::move(then));
}

// A page at a time, so that new stanzas do not wait for the whole.
void Dispatcher::discard_page(const journal::Filter& filter, journal::Seq beyond, size_t so_far,
                              std::function<void(const Result<size_t>&)> then) {
  using Listed = Result<std::vector<journal::Delivery>>;
  deps_.journal.list(filter, beyond, kPage, [this, filter, so_far, then = std::move(then)](Listed listed) {
    if (!listed) return then(listed.error());
    discard_listed(filter, std::move(*listed), so_far, then);
  });
}

void Dispatcher::discard_listed(const journal::Filter& filter, std::vector<journal::Delivery> listed,
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
  deps_.journal.discard(std::move(seqs), filter, discarded);
}

}  // namespace restanza::webhook
