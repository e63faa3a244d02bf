// SPDX-License-Identifier: MIT
// What the owner of the endpoints can see and steer: the part of the dispatcher that is no stanza's way.
#include <memory>
#include <utility>

#include "webhook/dispatcher.h"

namespace restanza::webhook {
namespace {

const char* state_of(const Lanes::Sight& sight) {
  if ((sight.stops & Gate::kDisabled) != 0) return "disabled";
  if ((sight.stops & Gate::kPaused) != 0) return "paused";
  if (!sight.answering) return "unreachable";
  return sight.draining ? "draining backlog" : "active";
}

}  // namespace

std::vector<Dispatcher::Report> Dispatcher::report() const {
  std::vector<Report> reports;
  for (const auto& endpoint : endpoints_) {
    const Endpoint::Sight sight = endpoint->sight();
    reports.push_back({endpoint->settings().name, endpoint->origin(), state_of(sight.lanes), sight.reason,
                       sight.last_error, sight.lanes.waiting + sight.lanes.at_work, sight.lanes.at_work,
                       endpoint->public_keys()});
  }
  return reports;
}

Dispatcher::Steered Dispatcher::pause(const std::string& endpoint) {
  Endpoint* const found = find(endpoint);
  if (!found) return Steered::unknown;
  return found->pause() ? Steered::ok : Steered::unchanged;
}

Dispatcher::Steered Dispatcher::resume(const std::string& endpoint) {
  Endpoint* const found = find(endpoint);
  if (!found) return Steered::unknown;
  return found->resume() ? Steered::ok : Steered::unchanged;
}

Dispatcher::Steered Dispatcher::test(const std::string& endpoint, std::function<void(const Outcome&)> then) {
  Endpoint* const found = find(endpoint);
  if (!found) return Steered::unknown;
  return found->test(std::move(then)) ? Steered::ok : Steered::unchanged;
}

void Dispatcher::replay(const std::string& id, std::function<void(const Result<bool>&)> then) {
  const auto revived = std::make_shared<std::vector<journal::Delivery>>();
  world_.journal.run(
      [this, id, revived](journal::Database& db) -> Result<void> {
        auto one = journal::revive(db, id, world_.clock.wall());
        if (!one) return one.error();
        revived->clear();  // the journal may do this anew
        if (*one) revived->push_back(std::move(**one));
        return {};
      },
      [this, revived, then = std::move(then)](const Result<void>& written) {
        if (!written) return then(written.error());
        requeue(*revived);
        then(!revived->empty());
      });
}

void Dispatcher::replay(const journal::Filter& filter, std::function<void(const Result<size_t>&)> then) {
  replay_page(filter, 0, std::move(then));
}

// A page at a time, so that new stanzas do not wait for the whole.
void Dispatcher::replay_page(const journal::Filter& filter, size_t so_far,
                             std::function<void(const Result<size_t>&)> then) {
  const auto revived = std::make_shared<std::vector<journal::Delivery>>();
  world_.journal.run(
      [this, filter, revived](journal::Database& db) -> Result<void> {
        auto some = journal::revive(db, filter, world_.clock.wall(), kPage);
        if (!some) return some.error();
        *revived = std::move(*some);
        return {};
      },
      [this, filter, so_far, revived, then = std::move(then)](const Result<void>& written) {
        if (!written) return then(written.error());
        requeue(*revived);
        const size_t count = so_far + revived->size();
        if (revived->size() < kPage) return then(count);
        replay_page(filter, count, then);
      });
}

void Dispatcher::requeue(const std::vector<journal::Delivery>& revived) {
  for (const journal::Delivery& delivery : revived) {
    if (Endpoint* const endpoint = find(delivery.endpoint)) endpoint->recover(delivery);
  }
}

void Dispatcher::withdraw(const journal::Delivery& delivery) {
  Endpoint* const endpoint = find(delivery.endpoint);
  if (endpoint && delivery.state == journal::State::waiting) endpoint->withdraw(delivery);
}

bool Dispatcher::at_work(const journal::Delivery& delivery) const {
  Endpoint* const endpoint = find(delivery.endpoint);
  return endpoint && delivery.state == journal::State::waiting && endpoint->at_work(delivery);
}

void Dispatcher::discard(const std::string& id, std::function<void(const Result<Discarded>&)> then) {
  const auto what = std::make_shared<Discarded>(Discarded::unknown);
  const auto gone = std::make_shared<journal::Delivery>();
  world_.journal.run(
      [this, id, gone, what](journal::Database& db) -> Result<void> {
        *what = Discarded::unknown;
        auto found = journal::find(db, id);
        if (!found) return found.error();
        if (!*found) return {};
        *gone = std::move(**found);
        *what = at_work(*gone) ? Discarded::at_work : Discarded::ok;
        if (*what == Discarded::at_work) return {};
        const auto discarded = journal::discard(db, gone->seq);
        return discarded ? Result<void>() : discarded.error();
      },
      [this, gone, what, then = std::move(then)](const Result<void>& written) {
        if (!written) return then(written.error());
        if (*what == Discarded::ok) withdraw(*gone);
        then(*what);
      });
}

void Dispatcher::discard(const journal::Filter& filter, std::function<void(const Result<size_t>&)> then) {
  discard_page(filter, 0, 0, std::move(then));
}

void Dispatcher::discard_page(const journal::Filter& filter, journal::Seq beyond, size_t so_far,
                              std::function<void(const Result<size_t>&)> then) {
  struct Page {
    size_t size = 0;
    journal::Seq last = 0;
    std::vector<journal::Delivery> gone;
  };
  const auto page = std::make_shared<Page>();
  world_.journal.run(
      [this, filter, beyond, page](journal::Database& db) -> Result<void> {
        auto some = journal::list(db, filter, beyond, kPage);
        if (!some) return some.error();
        *page = {some->size(), beyond, {}};
        for (journal::Delivery& delivery : *some) {
          page->last = delivery.seq;
          if (at_work(delivery)) continue;
          const auto discarded = journal::discard(db, delivery.seq);
          if (!discarded) return discarded.error();
          page->gone.push_back(std::move(delivery));
        }
        return {};
      },
      [this, filter, so_far, page, then = std::move(then)](const Result<void>& written) {
        if (!written) return then(written.error());
        // Only now: a transaction that is undone must leave the queues as they are.
        for (const journal::Delivery& delivery : page->gone) withdraw(delivery);
        const size_t count = so_far + page->gone.size();
        if (page->size < kPage) return then(count);
        discard_page(filter, page->last, count, then);
      });
}

}  // namespace restanza::webhook
