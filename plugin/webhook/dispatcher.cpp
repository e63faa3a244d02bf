// SPDX-License-Identifier: MIT
#include "webhook/dispatcher.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "base/guarded.h"
#include "journal/answer_of.h"

namespace restanza::webhook {
Dispatcher::Dispatcher(const std::vector<Settings>& settings, EndpointDependencies deps,
                       subscription::FanOut& fan_out)
    : deps_(std::move(deps)), fan_out_(fan_out) {
  const auto members = std::make_shared<Members>();
  for (const Settings& one : settings) {
    members->push_back(member_of(std::make_shared<Endpoint>(one, deps_), one));
    show(one.name);
  }
  members_ = members;
  fan_out_.publish(fan_out_.prepare(kPart, wanting(*members)));
}

Dispatcher::Member Dispatcher::member_of(Shared endpoint, const Settings& settings) {
  auto member = std::make_shared<const subscription::FanOut::Member>(endpoint, settings, settings.reply);
  return {std::move(endpoint), std::move(member)};
}

subscription::FanOut::Members Dispatcher::wanting(const Members& members) {
  subscription::FanOut::Members all;
  for (const Member& member : members) all.push_back(member.member);
  return all;
}

// By name, for the metrics remember an endpoint that was removed: it has nothing in its queue.
void Dispatcher::show(const std::string& name) const {
  const Metrics::Labels labels = {{"endpoint", name}};
  deps_.metrics.gauge("restanza_webhook_queued", "Stanzas that wait for an endpoint or are being posted",
                      labels, [this, name] {
                        const Shared endpoint = find(name);
                        const Lanes::Snapshot lanes =
                            endpoint ? endpoint->snapshot().lanes : Lanes::Snapshot();
                        return static_cast<double>(lanes.waiting + lanes.at_work);
                      });
  deps_.metrics.gauge("restanza_webhook_oldest_age_seconds",
                      "How long the oldest stanza that waits for an endpoint has waited", labels,
                      [this, name] {
                        const Shared endpoint = find(name);
                        return endpoint ? endpoint->oldest_age().count() : 0.0;
                      });
}

Dispatcher::~Dispatcher() {
  guarded_until_done(deps_.log, "the end of the endpoints", [this] { stop(); });
}

Result<void> Dispatcher::start() {
  if (auto recovered = recover(); !recovered) return recovered;
  started_ = true;
  deps_.journal.on_loss([this] {
    for (const Shared& endpoint : everyone()) endpoint->save_anew();
  });
  const auto next_sweep = [this]() -> std::optional<Instant> {
    return deps_.clock.now() + (sweep() ? kNextSweep : kSweep);
  };
  deps_.timer.repeat(*next_sweep(), next_sweep);
  return {};
}

// Nothing is delivered yet, so that what is recovered stands before what comes.
Result<void> Dispatcher::recover() {
  const auto stops = journal::answer_of<std::vector<journal::EndpointStop>>(
      [this](auto then) { deps_.journal.stops(std::move(then)); });
  if (!stops) return stops.error();
  journal::Filter waiting;
  waiting.state = journal::State::waiting;
  journal::Seq beyond = 0;
  size_t foreign = 0;
  for (bool more = true; more;) {
    const auto page = journal::answer_of<std::vector<journal::Delivery>>(
        [&](auto then) { deps_.journal.list_ours(waiting, beyond, kPage, std::move(then)); });
    if (!page) return page.error();
    for (const journal::Delivery& delivery : *page) {
      beyond = delivery.seq;
      const Shared endpoint = find(delivery.endpoint);
      if (endpoint) endpoint->recover(delivery);
      foreign += endpoint || fan_out_.find(delivery.endpoint) ? 0 : 1;
    }
    more = page->size() == kPage;
  }
  for (const journal::EndpointStop& stop : *stops) {
    if (const Shared endpoint = find(stop.endpoint)) endpoint->remember(stop);
  }
  for (const auto& member : *members()) member.endpoint->recovered();
  if (foreign != 0) {
    deps_.log.warn(
        std::to_string(foreign) +
        " deliveries in the journal are for endpoints that are not configured any more; they wait");
  }
  return {};
}

std::shared_ptr<const Dispatcher::Members> Dispatcher::members() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return members_;
}

std::vector<Dispatcher::Shared> Dispatcher::everyone() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Shared> all = retired_;
  for (const auto& member : *members_) all.push_back(member.endpoint);
  return all;
}

std::vector<std::shared_ptr<subscription::Destination>> Dispatcher::destinations() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::shared_ptr<subscription::Destination>> all;
  for (const auto& member : *members_) all.push_back(member.endpoint);
  all.insert(all.end(), retired_.begin(), retired_.end());
  return all;
}

Dispatcher::Shared Dispatcher::find(const std::string& name) const {
  const auto members = this->members();
  const auto found = std::find_if(members->begin(), members->end(),
                                  [&](const auto& member) { return member.endpoint->name() == name; });
  return found == members->end() ? nullptr : found->endpoint;
}

bool Dispatcher::sweep() {
  bool more = false;
  for (const auto& member : *members()) {
    guarded(deps_.log, "reading what waits for an endpoint", [&] { recover_late(member.endpoint); });
    more = member.endpoint->tend() || more;
  }
  end_retired();
  return more;
}

void Dispatcher::hold(bool held) {
  const std::lock_guard<std::mutex> lock(mutex_);
  held_ = held;
  for (const auto& member : *members_) member.endpoint->hold(held_);
}

void Dispatcher::drain(std::function<void()> done) {
  {
    const std::lock_guard<std::mutex> changing(changing_);
    draining_ = true;
  }
  auto all = everyone();
  const auto open = std::make_shared<std::atomic<size_t>>(all.size() + 1);
  const auto one_less = [open, done = std::move(done)] {
    if (--*open == 0) done();
  };
  // What was taken before is with the endpoints once the journal has got to this.
  deps_.journal.flush([this, all = std::move(all), one_less] {
    for (const auto& endpoint : all) {
      guarded_until_done(deps_.log, "draining an endpoint", [&] { endpoint->drain(one_less); });
    }
    one_less();
  });
}

void Dispatcher::break_off() {
  for (const auto& endpoint : everyone()) endpoint->break_off();
}

void Dispatcher::stop() {
  {
    const std::lock_guard<std::mutex> changing(changing_);
    stopped_ = true;
  }
  for (const auto& endpoint : everyone()) endpoint->stop();
}

}  // namespace restanza::webhook
