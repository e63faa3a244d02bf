// SPDX-License-Identifier: MIT
#include "subscription/fan_out/fan_out.h"

#include <algorithm>
#include <optional>

#include "base/guarded.h"
#include "subscription/fan_out/failure_reply.h"
#include "subscription/keeping.h"
#include "xmpp/stanza_error.h"

namespace restanza::subscription {

using xmpp::Offered;

FanOut::FanOut(journal::Journal& journal, Reply reply, Log& log, Metrics& metrics)
    : journal_(journal),
      reply_(std::move(reply)),
      log_(log),
      unanswered_(metrics.counter("restanza_webhook_dropped_total",
                                  "Stanzas that could not be taken and must not be answered")),
      refused_(metrics.counter("restanza_webhook_refused_total",
                               "Stanzas that could not be taken and were answered resource-constraint")),
      busy_(metrics.counter("restanza_webhook_busy_total",
                            "Times that the server was asked to wait, for the intake was full")),
      all_(std::make_shared<const Members>()) {}

FanOut::Prepared FanOut::prepare(const std::string& part, Members members) const {
  Prepared prepared;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    prepared.parts = parts_;
  }
  auto& parts = prepared.parts;
  auto known = std::find_if(parts.begin(), parts.end(), [&](const Part& each) { return each.name == part; });
  if (known == parts.end()) known = parts.insert(parts.end(), {part, {}});
  known->members = std::move(members);
  const auto all = std::make_shared<Members>();
  for (const Part& each : parts) all->insert(all->end(), each.members.begin(), each.members.end());
  prepared.all = all;
  return prepared;
}

void FanOut::publish(Prepared&& prepared) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  parts_.swap(prepared.parts);
  all_.swap(prepared.all);
}

// A stanza on its way through the journal; the places that it has taken in the queues are given back unless
// it gets there. Who gets it shares its tree, and with that all of this.
struct FanOut::Reserved {
  explicit Reserved(xmpp::StanzaTree&& offered) : tree(std::move(offered)) {}
  Reserved(const Reserved&) = delete;
  Reserved& operator=(const Reserved&) = delete;
  ~Reserved() {
    for (const auto& destination : destinations) destination->cancel();
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

  Destinations destinations;
  Destinations full;  // that want it, and have no place
  xmpp::StanzaTree tree;
  std::function<void()> kept;  // for whoever waits until it is safe; empty: nobody

 private:
  xmpp::TreeRoom* room_ = nullptr;  // that its tree takes up
};

Offered FanOut::offer(xmpp::StanzaTree& offered, const std::function<void()>& room,
                      const std::function<void()>& kept) {
  if (reflections_.is_reflection(offered.stanza())) {
    record(offered, traffic::came::kReflection);
    return Offered::taken;
  }
  if (stopped_ || (draining_ && !(journal_.durable() && worth_keeping(offered)))) return Offered::foreign;
  const auto members = all();
  const Member* const answering = answering_for(*members, offered);
  if (!answering) return Offered::foreign;

  journal::Journal::Entry entry;
  const auto reserved = std::make_shared<Reserved>(std::move(offered));
  const xmpp::StanzaTree& tree = reserved->tree;
  reserved->kept = kept;
  bool crowded = false;  // who should answer has no place for it
  bool keeping = false;
  Destinations& full = reserved->full;
  reserved->destinations.reserve(members->size());
  entry.to.reserve(members->size());
  for (const auto& member : *members) {
    const auto& destination = member->destination;
    const bool answers = member.get() == answering;
    if (!answers && !member->rules.wants(tree)) continue;
    if (!destination->reserve()) {
      crowded = crowded || answers;
      full.push_back(destination);
      continue;
    }
    reserved->destinations.push_back(destination);
    entry.to.push_back({destination->name(), answers});
  }
  if (!entry.to.empty()) {
    const bool can_wait = tree.stanza().kind != xmpp::Kind::iq;
    entry.keep = worth_keeping(tree);
    entry.stanza = tree.text();
    reserved->take_room(trees_);
    auto then = [this, reserved](const journal::Journal::Entry&,
                                 Result<std::vector<journal::Delivery>>&& deliveries) {
      committed(reserved, std::move(deliveries));
    };
    const std::function<void()> nobody;
    if (!journal_.take(std::move(entry), std::move(then), can_wait ? room : nobody)) {
      if (can_wait) {
        busy_.add();
        record(tree, traffic::came::kBusy);
        return Offered::busy;
      }
      record(tree, traffic::came::kRefused);
      refuse(tree);
      return Offered::taken;
    }
    keeping = kept != nullptr;
  } else {
    record(tree, traffic::came::kRefused, full);
  }
  for (const auto& destination : full) destination->count_crowded();
  if (crowded) refuse(tree);
  return keeping ? Offered::keeping : Offered::taken;
}

// Of those that want it the first that is marked for it, else the first.
const FanOut::Member* FanOut::answering_for(const Members& members, const xmpp::StanzaTree& tree) {
  const Member* first = nullptr;
  for (const auto& member : members) {
    if (!member->rules.wants(tree)) continue;
    if (member->reply) return member.get();
    if (!first) first = member.get();
  }
  return first;
}

// On the journal's thread, in the order of the offers.
void FanOut::committed(const std::shared_ptr<Reserved>& reserved,
                       Result<std::vector<journal::Delivery>> deliveries) {
  const auto destinations = std::exchange(reserved->destinations, {});
  if (deliveries) {
    record(reserved->tree, traffic::came::kTaken, reserved->full, *deliveries);
    const Destination::Tree tree(reserved, &reserved->tree);
    size_t next = 0;  // in the order of the destinations
    for (journal::Delivery& delivery : *deliveries) push(*destinations[next++], std::move(delivery), tree);
  } else {
    record(reserved->tree, traffic::came::kRefused);
    for (const auto& destination : destinations) destination->refuse_place();
    guarded_until_done(log_, "refusing a stanza", [&] { refuse(reserved->tree); });
  }
  reserved->leave_room();  // from here on it is the queues' to have room for the tree
  if (const auto kept = std::exchange(reserved->kept, nullptr)) kept();
}

// Where a destination was removed and came again while a stanza was on its way, the new one has it; it knows
// whether it has read it from the journal already.
void FanOut::push(Destination& reserved, journal::Delivery&& delivery, const Destination::Tree& tree) const {
  if (delivery.seq == journal::kElsewhere) return reserved.cancel();
  const auto successor = reserved.retired() ? find(delivery.endpoint) : nullptr;
  if (!successor) return reserved.push(std::move(delivery), tree);
  reserved.cancel();
  successor->reserve_beyond();
  successor->push(std::move(delivery), tree);
}

// Said at once, while there is somebody to say it to (RFC 6120 section 8.3.3.16).
void FanOut::refuse(const xmpp::StanzaTree& tree) {
  const xmpp::Stanza& stanza = tree.stanza();
  auto told = !xmpp::may_be_refused(stanza)
                  ? std::nullopt
                  : failure_reply(tree, {"wait", "resource-constraint", "Too many stanzas are waiting"},
                                  rooms_.sent(stanza));
  if (!told) return unanswered_.add();
  reply_(std::move(*told), [] {});
  refused_.add();
}

void FanOut::record(const xmpp::StanzaTree& tree, const char* outcome, const Destinations& full,
                    const std::vector<journal::Delivery>& deliveries) const {
  if (!recording()) return;
  guarded(log_, "taking down what came", [&] {
    std::vector<traffic::Record::Delivery> taken;
    for (const auto& delivery : deliveries) taken.push_back({delivery.endpoint, delivery.id});
    std::vector<std::string> crowded;
    for (const auto& destination : full) crowded.push_back(destination->name());
    recorder_->stanza_came(tree.text(), outcome, std::move(taken), std::move(crowded));
  });
}

void FanOut::about_to_send(const xmpp::Stanza& stanza) {
  reflections_.note_sent(stanza);
  rooms_.note_sent(stanza);
}

std::shared_ptr<const FanOut::Members> FanOut::all() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return all_;
}

std::shared_ptr<Destination> FanOut::find(const std::string& name) const {
  const auto members = all();
  const auto found = std::find_if(members->begin(), members->end(),
                                  [&](const auto& member) { return member->destination->name() == name; });
  return found == members->end() ? nullptr : (*found)->destination;
}

}  // namespace restanza::subscription
