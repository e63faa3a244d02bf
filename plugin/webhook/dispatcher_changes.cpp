// SPDX-License-Identifier: MIT
// Other endpoints while the plugin runs: who comes, changes and goes, and how a delivery stays where it is.
#include <algorithm>
#include <iterator>
#include <utility>

#include "base/guarded.h"
#include "webhook/dispatcher.h"
#include "webhook/settings/endpoint_settings.h"

namespace restanza::webhook {
namespace {

constexpr const char* kRecovering = "reading what waits for a new endpoint";

}  // namespace

// What a reconfiguration comes to; all that may fail is done while this is made.
struct Dispatcher::Changes {
  struct Changed {
    Shared endpoint;
    std::shared_ptr<Posting> posting;
  };
  std::shared_ptr<Members> members = std::make_shared<Members>();
  std::vector<Changed> changed, returning;
  std::vector<Shared> added, removed;  // added: those that return as well
  std::vector<Shared> reopened;        // of those that return; closed again unless the change is made

  Changes() = default;
  Changes(const Changes&) = delete;
  Changes& operator=(const Changes&) = delete;
  ~Changes() {
    for (const Shared& endpoint : reopened) endpoint->close_again();
  }
};

Result<void> Dispatcher::reconfigure(const std::vector<Settings>& settings) {
  Changes changes;
  {
    const std::lock_guard<std::mutex> changing(changing_);
    if (draining_ || stopped_) return Error{"the plugin is ending: its endpoints stay as they are"};
    if (auto compared = compare(settings, changes); !compared) return compared;
    auto prepared = fan_out_.prepare(kPart, wanting(*changes.members));
    changes.reopened.clear();
    for (auto& [endpoint, posting] : changes.returning) endpoint->come_again(std::move(posting));
    for (auto& [endpoint, posting] : changes.changed) endpoint->take_on(std::move(posting));
    publish(changes.members, std::move(prepared), changes);
  }
  // Without the lock, for the way back to the host may say that it is full. The change is made, so
  // nothing may be thrown; what cannot be read now is read by the sweep.
  for (const Shared& endpoint : changes.removed) retire(*endpoint);
  for (const Shared& endpoint : changes.added) {
    guarded(deps_.log, "the metrics of an endpoint", [&] { show(endpoint->name()); });
    if (started_) guarded(deps_.log, kRecovering, [&] { recover_late(endpoint); });
  }
  guarded(deps_.log, "the end of earlier endpoints",
          [this] { deps_.timer.after(kEndSoon, [this] { end_earlier(); }); });
  return {};
}

Result<void> Dispatcher::compare(const std::vector<Settings>& settings, Changes& changes) {
  const auto before = members();
  for (const Settings& one : settings) {
    const auto known = std::find_if(before->begin(), before->end(),
                                    [&](const auto& member) { return member.endpoint->name() == one.name; });
    if (known == before->end()) {
      if (auto added = add(one, changes); !added) return added;
    } else if (same(known->endpoint->current()->settings, one)) {
      changes.members->push_back(*known);
    } else {
      const Shared& endpoint = known->endpoint;
      changes.members->push_back(member_of(endpoint, one));
      changes.changed.push_back({endpoint, endpoint->prepare(one)});
    }
  }
  const auto stays = [&](const std::string& name) {
    return std::any_of(settings.begin(), settings.end(),
                       [&](const Settings& one) { return one.name == name; });
  };
  size_t retiring = 0;
  for (const auto& member : *before) {
    retiring += member.endpoint->retiring();
    if (!stays(member.endpoint->name())) changes.removed.push_back(member.endpoint);
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  retiring += static_cast<size_t>(std::count_if(retired_.begin(), retired_.end(),
                                                [](const Shared& endpoint) { return !endpoint->ended(); }));
  if (retiring >= kMaxRetiring && changes.changed.size() + changes.removed.size() != 0) {
    return Error{std::to_string(retiring) + " endpoints of earlier settings have not ended yet"};
  }
  retired_.reserve(retired_.size() + changes.removed.size());
  return {};
}

// A new one, or one of this name that was removed and has not ended.
Result<void> Dispatcher::add(const Settings& settings, Changes& changes) {
  Shared endpoint = latest_retired(settings.name);
  if (endpoint && !endpoint->ended()) {
    changes.reopened.push_back(endpoint);
    if (!endpoint->reopen()) {
      return Error{"endpoint '" + settings.name +
                   "' was removed, and what waited for it is still being given up"};
    }
    changes.returning.push_back({endpoint, endpoint->prepare(settings)});
  } else {
    endpoint = std::make_shared<Endpoint>(settings, deps_);
  }
  changes.members->push_back(member_of(endpoint, settings));
  changes.added.push_back(std::move(endpoint));
  return {};
}

// Those before it had ended when it was made.
Dispatcher::Shared Dispatcher::latest_retired(const std::string& name) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = std::find_if(retired_.rbegin(), retired_.rend(),
                                  [&](const Shared& endpoint) { return endpoint->name() == name; });
  return found == retired_.rend() ? nullptr : *found;
}

void Dispatcher::publish(std::shared_ptr<const Members> members, subscription::FanOut::Prepared&& wanting,
                         const Changes& changes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const Shared& endpoint : changes.added) {
    endpoint->hold(held_);
    endpoint->hold_back(held_back_);
  }
  members_.swap(members);
  fan_out_.publish(std::move(wanting));
  for (const auto& one : changes.returning) {
    retired_.erase(std::find(retired_.begin(), retired_.end(), one.endpoint));
  }
  retired_.insert(retired_.end(), changes.removed.begin(), changes.removed.end());
}

void Dispatcher::retire(Endpoint& endpoint) noexcept {
  const size_t waiting = endpoint.waiting();
  endpoint.retire();
  if (waiting == 0 || !deps_.journal.durable()) return;
  guarded(deps_.log, "the end of an endpoint", [&] {
    deps_.log.warn("endpoint '" + endpoint.name() + "' was removed while " + std::to_string(waiting) +
                   " stanzas waited for it; what is on disk stays there for a day");
  });
}

// On the timer's thread, as `end_retired`.
void Dispatcher::end_earlier() {
  for (const auto& member : *members()) member.endpoint->end_earlier();
  end_retired();
}

// On the timer's thread, which is the one that their alarms run on. Who holds one besides, may still bring it
// a stanza that is on its way through the journal.
void Dispatcher::end_retired() {
  std::vector<Shared> ended;  // goes without the lock, for its threads are joined
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto gone = std::stable_partition(retired_.begin(), retired_.end(), [](const Shared& endpoint) {
    return endpoint.use_count() != 1 || !endpoint->ended();
  });
  ended.assign(std::make_move_iterator(gone), std::make_move_iterator(retired_.end()));
  retired_.erase(gone, retired_.end());
}

// After the endpoint has begun to take stanzas: what is committed before the journal reads is read, and what
// is committed later is pushed. What is both is known by its seq. Where this breaks off, the sweep begins it
// anew; what has been read by then is known.
void Dispatcher::recover_late(const Shared& endpoint) {
  using Stops = Result<std::vector<journal::EndpointStop>>;
  const auto reading = endpoint->begin_reading();
  if (!reading) return;
  deps_.journal.stops_settled([this, endpoint, reading](const Stops& stops) {
    if (!endpoint->is_reading(reading)) return;
    if (!stops) return say_unread(*endpoint, stops.error());
    for (const journal::EndpointStop& stop : *stops) {
      if (stop.endpoint == endpoint->name()) endpoint->remember(stop);
    }
    recover_page(endpoint, 0, reading);
  });
}

void Dispatcher::recover_page(const Shared& endpoint, journal::Seq beyond, const Endpoint::Reading& reading) {
  journal::Filter waiting;
  waiting.state = journal::State::waiting;
  waiting.endpoint = endpoint->name();
  const auto then = [this, endpoint, reading](const Result<std::vector<journal::Delivery>>& page) {
    if (!endpoint->is_reading(reading)) return;
    if (!page) return say_unread(*endpoint, page.error());
    for (const journal::Delivery& delivery : *page) endpoint->recover(delivery);
    if (page->size() == kPage) return recover_page(endpoint, page->back().seq, reading);
    if (!endpoint->recovered(reading)) return;
    deps_.timer.after(std::chrono::milliseconds(0), [endpoint] { endpoint->tend(); });
  };
  deps_.journal.list_settled(waiting, beyond, kPage, then);
}

void Dispatcher::say_unread(const Endpoint& endpoint, const Error& error) const {
  deps_.log.error("endpoint '" + endpoint.name() +
                  "': what waits for it cannot be read from the journal, and is tried again: " + error.text);
}

}  // namespace restanza::webhook
