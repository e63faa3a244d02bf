// SPDX-License-Identifier: MIT
#include "webhook/endpoint.h"

#include <algorithm>
#include <utility>

#include "base/guarded.h"
#include "base/random.h"
#include "base/scoped_count.h"
#include "webhook/request/verdict.h"

namespace restanza::webhook {
namespace {

// Spreads what is tried again. Most attempts succeed, and chance is a call of the system.
double chance_after(Verdict verdict) {
  return worth_retrying(verdict) ? static_cast<unsigned char>(random_bytes(1)[0]) / 255.0 : 0.0;
}

}  // namespace

Endpoint::Endpoint(Settings settings, EndpointDependencies deps)
    : name_(settings.name),
      deps_(std::move(deps)),
      metrics_(deps_.metrics, name_),
      places_(settings.max_queued),
      lanes_(Gate(settings.drain_rate, settings.retry), settings.max_connections, deps_.timer, deps_.clock),
      posting_(make(std::move(settings), 1)) {}

// Whatever is thrown: the lanes are closed first, and the threads are joined with their postings.
Endpoint::~Endpoint() {
  guarded(deps_.log, "the end of an endpoint", [this] { stop(); });
}

bool Endpoint::reserve() {
  return places_.take();
}

void Endpoint::cancel() {
  places_.give_back();
}

void Endpoint::refuse_place() {
  metrics_.unwritten.add();
  cancel();
}

void Endpoint::push(journal::Delivery&& delivery, const Tree& tree) {
  if (covered(delivery) || !is_ours(delivery, tree->stanza())) return cancel();
  Item item;
  item.seq = delivery.seq;
  item.id = std::move(delivery.id);
  item.answers = delivery.answers;
  item.accepted = deps_.clock.now();
  item.stanza = tree->text();
  item.tree = tree;
  bool queued = false;
  const bool done =
      guarded_until_done(deps_.log, "putting a stanza into its queue", [&] { queued = queue(item); });
  if (!done) {  // the journal has it, where it is kept, for the next start
    if (item.alarm != 0) deps_.timer.cancel(item.alarm);
    cancel();
  }
  if (done && !queued) let_go(item, Outcome::End::unreachable);
  guarded(deps_.log, "a stanza's way into its queue", [&] {
    if (stopped_) give_up_rest();  // it was on its way through the journal meanwhile
    check_drained();
  });
}

// The item has changed in nothing but its alarm where this throws.
bool Endpoint::queue(Item& item) {
  const std::string lane = subscription::lane_of(*item.stanza);
  if (item.stanza->kind == xmpp::Kind::iq && item.alarm == 0) {
    item.alarm =
        deps_.timer.after(current()->settings.timeout, [this, lane, id = item.id] { late(lane, id); });
  }
  return lanes_.push(lane, std::move(item));
}

// Others have come to the queue already where the endpoint is new to a running plugin.
void Endpoint::recover(const journal::Delivery& delivery) {
  if (lanes_.insert(subscription::lane_of(*delivery.stanza), item_of(delivery))) places_.take_beyond();
  covered_ = std::max(covered_.load(), delivery.seq);
}

void Endpoint::recovered() {
  lanes_.read();
  recovered_ = true;
}

// Told of late, its part of the queue may be another process's.
bool Endpoint::is_ours(const journal::Delivery& delivery, const xmpp::Stanza& stanza) const {
  return delivery.seq == 0 || deps_.journal.has_all() || deps_.journal.has(journal::bucket_of(name_, stanza));
}

// Told of late, it may have been recovered.
bool Endpoint::covered(const journal::Delivery& delivery) const {
  return delivery.seq != 0 && delivery.seq <= covered_;
}

void Endpoint::requeue(const journal::Delivery& delivery) {
  if (covered(delivery)) return;
  places_.take_beyond();
  const bool done = guarded_until_done(deps_.log, "putting a dead letter back into its queue", [&] {
    lanes_.push(subscription::lane_of(*delivery.stanza), item_of(delivery));
  });
  if (!done) cancel();  // the journal has it for the next start
}

Item Endpoint::item_of(const journal::Delivery& delivery) const {
  Item item;
  item.seq = delivery.seq;
  item.id = delivery.id;
  item.answers = delivery.answers;
  item.attempts = delivery.attempts;
  item.failures = delivery.failures;
  const auto age =
      std::clamp<WallTime::duration>(deps_.clock.wall() - delivery.accepted, {}, subscription::kLifetime);
  item.accepted = deps_.clock.now() - std::chrono::duration_cast<Instant::duration>(age);
  return item;
}

void Endpoint::work(Posting& posting, Transport& transport, bool first) {
  if (first && lanes_.snapshot().stops == 0) {
    guarded(deps_.log, "asking an endpoint for its formats", [&] { posting.negotiation.begin(transport); });
  }
  while (auto next = lanes_.next(posting.number)) {
    guarded(deps_.log, "a delivery", [&] {
      Turn turn(lanes_, deps_.clock, kReread, std::move(*next));
      // Whoever begins a request leaves another to wait for the next. Other settings have threads of their
      // own.
      if (!posting.replaced && lanes_.unattended()) posting.pool.grow();
      deliver(posting, transport, turn);
    });
    guarded(deps_.log, "a delivery's end", [&] {
      if (stopped_) give_up_rest();
      check_drained();
    });
  }
}

void Endpoint::deliver(Posting& posting, Transport& transport, Turn& turn) {
  Item& item = turn.item();
  const Result<Text> text = item.withdrawn ? Text() : text_of(item);
  if (!text) {
    turn.put_back(deps_.clock.now() + kReread);
    if (!unreadable_.exchange(true))
      deps_.log.error("endpoint '" + name_ + "': a delivery cannot be read: " + text.error().text);
    return;
  }
  unreadable_ = false;
  if (!*text) {  // discarded meanwhile
    turn.done();
    return cancel();
  }
  // Both take their time, and then other settings may hold: no request begins by earlier ones.
  const mapping::Format format = posting.negotiation.settle(transport);
  if (retired_ || posting.replaced) return turn.put_back(deps_.clock.now());
  if (item.kept() && !deps_.journal.ours()) return turn.put_back(deps_.clock.now() + kReread);
  if (item.alarm != 0) deps_.timer.cancel(std::exchange(item.alarm, 0));
  if (!item.tree) turn.set_tree(std::make_shared<const xmpp::StanzaTree>(*text));
  const Tree tree = item.tree;
  const Instant began = deps_.clock.now();
  const Outcome outcome = posting.attempts.make(transport, format, item, *tree);
  if (outcome.end == Outcome::End::aborted) return turn.put_back(deps_.clock.now());
  const auto took = deps_.clock.now() - began;
  metrics_.request(verdict_of(outcome), took);
  record(item, outcome, took);
  posting.health.note(outcome.end, outcome.detail);
  if (outcome.end != Outcome::End::answered) posting.negotiation.ask_again();
  const subscription::Ended ended = ended_of(outcome, posting.settings.on_refusal, item.kept());
  const double chance = chance_after(ended.verdict);
  const bool own = turn.ended(ended, chance);
  settle(posting, turn, *tree, outcome, own, chance);
  if (worth_retrying(ended.verdict) || ended.verdict == Verdict::gone) strand();
}

void Endpoint::record(const Item& item, const Outcome& outcome, std::chrono::nanoseconds took) const {
  if (!deps_.recorder || !deps_.recorder->recording()) return;
  guarded(deps_.log, "taking down an attempt", [&] {
    const Verdict verdict = verdict_of(outcome);
    const bool answered = outcome.end == Outcome::End::answered;
    deps_.recorder->attempted(
        name_, item.id,
        {item.attempts + 1, subscription::name_of(verdict), answered ? outcome.status : 0,
         verdict == Verdict::delivered ? std::string() : described(outcome), took});
  });
}

Result<Endpoint::Text> Endpoint::text_of(const Item& item) {
  if (Text text = item.text()) return text;
  auto loaded = deps_.journal.load(item.seq);
  if (!loaded) return loaded.error();
  return *loaded ? std::make_shared<const xmpp::Stanza>(std::move(**loaded)) : Text();
}

// Where a delivery goes from here: out, or back into the queue.
void Endpoint::settle(Posting& posting, Turn& turn, const xmpp::StanzaTree& tree, const Outcome& outcome,
                      bool own, double chance) {
  const Verdict verdict = verdict_of(outcome);
  Item& item = turn.item();
  note_error(posting, verdict == Verdict::delivered ? std::string() : described(outcome));
  if (verdict == Verdict::gone && posting.settings.gone_disables) {
    disable(posting);
    if (item.kept()) return turn.put_back(deps_.clock.now());
  }
  if (const auto again = posting.settling.settle(item, tree, outcome, own, chance))
    return turn.put_back(*again);
  turn.done();
  cancel();
}

// One that was never meant to wait: who sent an iq is told, other things were worthless late.
void Endpoint::let_go(const Item& item, Outcome::End end) noexcept {
  if (item.alarm != 0) deps_.timer.cancel(item.alarm);
  cancel();
  if (item.stanza->kind != xmpp::Kind::iq) return metrics_.late.add();
  guarded_until_done(deps_.log, "ending an iq that may not wait", [&] {
    current()->settling.answer(item, xmpp::StanzaTree(item.stanza), without_answer(end));
  });
}

void Endpoint::strand() {
  {
    const ScopedCount counted(taken_out_);
    for (const Item& item : lanes_.take_stranded()) let_go(item, Outcome::End::unreachable);
  }
  check_drained();
}

void Endpoint::late(const std::string& lane, const std::string& id) {
  {
    const ScopedCount counted(taken_out_);
    if (const auto item = lanes_.withdraw(lane, id)) let_go(*item, Outcome::End::timeout);
  }
  check_drained();
}

bool Endpoint::tend() {
  end_earlier();
  size_t expired = 0;
  {
    const ScopedCount counted(taken_out_),
        counted_here(tending_);  // before the look, or `reopen` could miss it
    if (!recovered_ || retired_) return false;
    for (const Item& old : lanes_.take_older(deps_.clock.now() - subscription::kLifetime, kMaxExpired)) {
      ++expired;
      guarded_until_done(deps_.log, "giving up what has expired",
                         [&] { current()->settling.expire(old, text_of(old)); });
      cancel();
    }
  }
  if (lanes_.unattended())
    current()->pool.grow();  // at the start, and later where there was no thread to be had then
  check_drained();
  return expired >= kMaxExpired;
}

void Endpoint::drain(std::function<void()> done) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    drained_ = std::move(done);
    draining_ = true;
  }
  if (deps_.journal.durable()) {
    lanes_.stop(Gate::kHeld);
    strand();
    lanes_.close();
  }
  check_drained();
}

// Whoever has ended something looks whether this drains, and `drain` looks at what has ended: one of them
// sees both.
void Endpoint::check_drained() {
  if (!draining_) return;
  const Lanes::Snapshot now = lanes_.snapshot();
  std::function<void()> done;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const bool waits = now.waiting != 0 && !deps_.journal.durable();
    if (now.at_work != 0 || waits || taken_out_ != 0) return;
    done = std::exchange(drained_, nullptr);
  }
  if (done) done();
}

void Endpoint::break_off() {
  stopped_ = true;
  lanes_.close();
  for (const auto& posting : postings()) posting->abort();
  give_up_rest();
  check_drained();
}

void Endpoint::stop() {
  break_off();
  for (const auto& posting : postings()) posting->stop();
  give_up_rest();
  check_drained();
}

// What only memory has is lost now, and its senders are told, in order: after what was at work.
void Endpoint::give_up_rest() {
  if (lanes_.snapshot().at_work != 0) return;
  const ScopedCount counted(taken_out_);
  size_t given_up = 0;
  bool helped = true;
  for (const Item& item : lanes_.take_all()) {
    cancel();
    if (item.alarm != 0) deps_.timer.cancel(item.alarm);
    if (survives(item)) continue;
    ++given_up;
    const auto tell = [&] {
      const auto text = text_of(item);
      if (!text || !*text) return;
      current()->settling.answer(item, xmpp::StanzaTree(*text), without_answer(Outcome::End::aborted));
    };
    // Where a second did not help the others do not wait as long.
    constexpr const char* kWhat = "giving up what waited";
    helped = helped ? guarded_until_done(deps_.log, kWhat, tell) : guarded(deps_.log, kWhat, tell);
  }
  if (given_up == 0) return;
  guarded(deps_.log, "a line about what was given up", [&] {
    deps_.log.warn("gave up " + std::to_string(given_up) + " stanzas that waited for endpoint '" + name_ +
                   "'");
  });
}

}  // namespace restanza::webhook
