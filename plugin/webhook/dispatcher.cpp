// SPDX-License-Identifier: MIT
#include "webhook/dispatcher.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <optional>
#include <utility>

#include "base/guarded.h"
#include "subscription/keeping.h"
#include "webhook/request/reply.h"
#include "xmpp/stanza_error.h"

namespace restanza::webhook {
namespace {

// What the journal answers, waited for; `ask` hands on what is to be called with the answer.
template <class T, class Ask>
Result<T> answer_of(Ask ask) {
  const auto answer = std::make_shared<std::promise<Result<T>>>();
  ask([answer](Result<T> given) { answer->set_value(std::move(given)); });
  return answer->get_future().get();
}

EndpointDependencies knowing(const subscription::JoinedRooms& rooms, EndpointDependencies deps) {
  deps.rooms = &rooms;
  return deps;
}

}  // namespace

Dispatcher::Dispatcher(const std::vector<Settings>& settings, EndpointDependencies deps)
    : deps_(knowing(rooms_, std::move(deps))),
      unanswered_(deps_.metrics.counter("restanza_webhook_dropped_total",
                                        "Stanzas that could not be taken and must not be answered")),
      refused_(
          deps_.metrics.counter("restanza_webhook_refused_total",
                                "Stanzas that could not be taken and were answered resource-constraint")),
      busy_(deps_.metrics.counter("restanza_webhook_busy_total",
                                  "Times that the server was asked to wait, for the intake was full")) {
  const auto members = std::make_shared<Members>();
  for (const Settings& one : settings) {
    members->push_back(std::make_shared<const Member>(std::make_shared<Endpoint>(one, deps_), one));
    show(one.name);
  }
  members_ = members;
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
  purge();
  deps_.timer.every(kPurge, [this] { purge(); });
  return {};
}

// Nothing is delivered yet, so that what is recovered stands before what comes.
Result<void> Dispatcher::recover() {
  const auto stops = answer_of<std::vector<journal::EndpointStop>>(
      [this](auto then) { deps_.journal.stops(std::move(then)); });
  if (!stops) return stops.error();
  journal::Filter waiting;
  waiting.state = journal::State::waiting;
  journal::Seq beyond = 0;
  size_t foreign = 0;
  for (bool more = true; more;) {
    const auto page = answer_of<std::vector<journal::Delivery>>(
        [&](auto then) { deps_.journal.list(waiting, beyond, kPage, std::move(then)); });
    if (!page) return page.error();
    for (const journal::Delivery& delivery : *page) {
      beyond = delivery.seq;
      const Shared endpoint = find(delivery.endpoint);
      if (endpoint) endpoint->recover(delivery);
      foreign += endpoint ? 0 : 1;
    }
    more = page->size() == kPage;
  }
  for (const journal::EndpointStop& stop : *stops) {
    if (const Shared endpoint = find(stop.endpoint)) endpoint->remember(stop);
  }
  for (const auto& member : *members()) member->endpoint->recovered();
  if (foreign != 0) {
    deps_.log.warn(
        std::to_string(foreign) +
        " deliveries in the journal are for endpoints that are not configured any more; they wait");
  }
  return {};
}

// A stanza on its way through the journal; the places that it has taken in the queues are given back unless
// it gets there. Who gets it shares its tree, and with that all of this.
struct Dispatcher::Reserved {
  explicit Reserved(xmpp::StanzaTree&& offered) : tree(std::move(offered)) {}
  Reserved(const Reserved&) = delete;
  Reserved& operator=(const Reserved&) = delete;
  ~Reserved() {
    for (const auto& endpoint : endpoints) endpoint->cancel();
    leave_room();
  }
  // A tree that has been made comes along where there is room for it.
  void take_room(xmpp::TreeRoom& trees) {
    if (!tree.made()) return;
    if (trees.take(tree)) {
      room_ = &trees;
    } else {
      tree.forget();
    }
  }
  void leave_room() {
    if (room_) std::exchange(room_, nullptr)->give_back(tree);
  }

  std::vector<Shared> endpoints;
  xmpp::StanzaTree tree;
  std::function<void()> kept;  // for whoever waits until it is safe; empty: nobody

 private:
  xmpp::TreeRoom* room_ = nullptr;  // that its tree takes up
};

Dispatcher::Offer Dispatcher::offer(xmpp::StanzaTree& offered, const std::function<void()>& room,
                                    const std::function<void()>& kept) {
  if (reflections_.is_reflection(offered.stanza())) return Offer::taken;
  if (stopped_ || (draining_ && !(deps_.journal.durable() && subscription::worth_keeping(offered))))
    return Offer::foreign;
  const auto members = this->members();
  const Member* const answering = answering_for(*members, offered);
  if (!answering) return Offer::foreign;

  journal::Journal::Entry entry;
  const auto reserved = std::make_shared<Reserved>(std::move(offered));
  const xmpp::StanzaTree& tree = reserved->tree;
  reserved->kept = kept;
  bool crowded = false;  // who should answer has no place for it
  bool keeping = false;
  std::vector<Shared> full;
  reserved->endpoints.reserve(members->size());
  entry.to.reserve(members->size());
  for (const auto& member : *members) {
    const Shared& endpoint = member->endpoint;
    const bool answers = member.get() == answering;
    if (!answers && !member->rules.wants(tree)) continue;
    if (!endpoint->reserve()) {
      crowded = crowded || answers;
      full.push_back(endpoint);
      continue;
    }
    reserved->endpoints.push_back(endpoint);
    entry.to.push_back({endpoint->name(), answers});
  }
  if (!entry.to.empty()) {
    const bool can_wait = tree.stanza().kind != xmpp::Kind::iq;
    entry.keep = subscription::worth_keeping(tree);
    entry.stanza = tree.text();
    reserved->take_room(trees_);
    auto then = [this, reserved](const journal::Journal::Entry&,
                                 Result<std::vector<journal::Delivery>>&& deliveries) {
      committed(reserved, std::move(deliveries));
    };
    const std::function<void()> nobody;
    if (!deps_.journal.take(std::move(entry), std::move(then), can_wait ? room : nobody)) {
      if (can_wait) {
        busy_.add();
        return Offer::busy;
      }
      refuse(tree);
      return Offer::taken;
    }
    keeping = kept != nullptr;
  }
  for (const Shared& endpoint : full) endpoint->count_crowded();
  if (crowded) refuse(tree);
  return keeping ? Offer::keeping : Offer::taken;
}

// Of those that want it the first that is marked for it, else the first.
const Dispatcher::Member* Dispatcher::answering_for(const Members& members, const xmpp::StanzaTree& tree) {
  const Member* first = nullptr;
  for (const auto& member : members) {
    if (!member->rules.wants(tree)) continue;
    if (member->reply) return member.get();
    if (!first) first = member.get();
  }
  return first;
}

// On the journal's thread, in the order of the offers.
void Dispatcher::committed(const std::shared_ptr<Reserved>& reserved,
                           Result<std::vector<journal::Delivery>> deliveries) {
  const std::vector<Shared> endpoints = std::exchange(reserved->endpoints, {});
  if (deliveries) {
    const Endpoint::Tree tree(reserved, &reserved->tree);
    size_t next = 0;  // in the order of the endpoints
    for (journal::Delivery& delivery : *deliveries) push(endpoints[next++], std::move(delivery), tree);
  } else {
    for (const Shared& endpoint : endpoints) endpoint->refuse_place();
    guarded_until_done(deps_.log, "refusing a stanza", [&] { refuse(reserved->tree); });
  }
  reserved->leave_room();  // from here on it is the queues' to have room for the tree
  if (const auto kept = std::exchange(reserved->kept, nullptr)) kept();
}

// Said at once, while there is somebody to say it to (RFC 6120 section 8.3.3.16).
void Dispatcher::refuse(const xmpp::StanzaTree& tree) {
  const xmpp::Stanza& stanza = tree.stanza();
  auto told = !xmpp::may_be_refused(stanza)
                  ? std::nullopt
                  : failure_reply(tree, {"wait", "resource-constraint", "Too many stanzas are waiting"},
                                  rooms_.sent(stanza));
  if (!told) return unanswered_.add();
  deps_.reply(std::move(*told), [] {});
  refused_.add();
}

std::shared_ptr<const Dispatcher::Members> Dispatcher::members() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return members_;
}

std::vector<Dispatcher::Shared> Dispatcher::everyone() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Shared> all = retired_;
  for (const auto& member : *members_) all.push_back(member->endpoint);
  return all;
}

Dispatcher::Shared Dispatcher::find(const std::string& name) const {
  const auto members = this->members();
  const auto found = std::find_if(members->begin(), members->end(),
                                  [&](const auto& member) { return member->endpoint->name() == name; });
  return found == members->end() ? nullptr : (*found)->endpoint;
}

bool Dispatcher::sweep() {
  bool more = false;
  for (const auto& member : *members()) {
    guarded(deps_.log, "reading what waits for an endpoint", [&] { recover_late(member->endpoint); });
    more = member->endpoint->tend() || more;
  }
  end_retired();
  return more;
}

void Dispatcher::purge() {
  deps_.journal.forget_dead(deps_.clock.wall() - kDeadKept);
  bury_foreign();
}

// What waits for endpoints that are not configured any more has its day like the rest. Nobody is told: these
// endpoints' senders had no answer to wait for from the others.
void Dispatcher::bury_foreign() {
  journal::Filter old;
  old.state = journal::State::waiting;
  old.before = deps_.clock.wall() - subscription::kLifetime;
  deps_.journal.list(old, 0, kPage, [this](const Result<std::vector<journal::Delivery>>& page) {
    if (!page) return;  // at the next look
    for (journal::Delivery delivery : *page) {
      if (find(delivery.endpoint) || at_work(delivery)) continue;
      withdraw(delivery);
      delivery.last_error = "a day has passed, and there is no such endpoint";
      delivery.changed = deps_.clock.wall();
      deps_.journal.note_dead(delivery);
    }
  });
}

void Dispatcher::hold(bool held) {
  const std::lock_guard<std::mutex> lock(mutex_);
  held_ = held;
  for (const auto& member : *members_) member->endpoint->hold(held);
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
