// SPDX-License-Identifier: MIT
#include "journal/journal.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "base/guarded.h"
#include "base/random.h"
#include "base/thread.h"
#include "journal/writer.h"

namespace restanza::journal {
namespace {

constexpr const char* kTold = "what the journal was asked for";

bool wants_settled(const Read& read) {
  if (const auto* list = std::get_if<List>(&read)) return list->settled;
  const auto* stops = std::get_if<ListStops>(&read);
  return stops && stops->settled;
}

template <class... Kind>
bool is_any_of(const Command& command) {
  return (std::holds_alternative<Kind>(command) || ...);
}

bool is_about_keys(const Item& item) {
  const Asked* const asked = asked_of(item);
  const auto* command = asked ? std::get_if<Command>(&asked->request) : nullptr;
  return command && is_any_of<ClaimKey, FinishKey, ForgetKey, LoseKey, ForgetOldKeys, DiscardKeys>(*command);
}

}  // namespace

Journal::Journal(Settings settings, OpenStore open_store, const Clock& clock, Log& log)
    : settings_(std::move(settings)),
      open_store_(std::move(open_store)),
      clock_(clock),
      log_(log),
      intake_(durable()) {}

Journal::~Journal() {
  stop();
}

Result<void> Journal::open() {
  auto opened = open_store_(settings_.place(), clock_);
  if (!opened) return opened.error();
  if (!opened->set_aside.empty()) {
    log_.error("The journal was damaged and begins anew; the damaged file is kept as " + opened->set_aside);
  }
  if (!durable()) {
    log_.warn(
        "The journal is in memory, for there is no state directory: what waits for endpoints is lost when "
        "this "
        "program ends");
  }
  store_ = std::move(opened->store);
  writer_ = std::make_unique<Writer>(
      *store_, settings_.max_bytes, kRetry, [this] { return look(); }, clock_, log_);
  note_keys();
  sharing_.opened(*store_);
  intake_.open();
  thread_ = start_thread("rz-journal", [this] { loop(); });
  return {};
}

void Journal::stop() {
  intake_.close();
  if (thread_.joinable()) thread_.join();
  std::shared_ptr<Store> closed;  // outside the lock, for closing waits for the disk
  const std::lock_guard<std::mutex> lock(mutex_);
  closed.swap(store_);
}

bool Journal::take(Entry&& entry, Taken then, const std::function<void()>& room) {
  return intake_.take(std::move(entry), std::move(then), room);
}

void Journal::remove(Seq seq) {
  intake_.settle(Removed{seq});
}
void Journal::note_attempt(const Delivery& delivery) {
  intake_.settle(noted_of(delivery));
}
void Journal::note_dead(const Delivery& delivery) {
  Noted noted = noted_of(delivery);
  noted.state = State::dead;
  intake_.settle(std::move(noted));
}

void Journal::change(Change change) {
  (void)intake_.put(std::move(change));  // after `stop` there is nobody left to do it
}
void Journal::restore(Delivery delivery, std::shared_ptr<const xmpp::Stanza> stanza) {
  change(Restored{std::make_shared<const Delivery>(std::move(delivery)), std::move(stanza)});
}
void Journal::remember_stop(EndpointStop stop) {
  change(std::move(stop));
}
void Journal::forget_stop(const std::string& endpoint) {
  change(Started{endpoint});
}
void Journal::forget_dead(WallTime before) {
  change(ForgetDead{before});
}

// The answer is of the kind that the request names.
template <class Request, class T>
void Journal::ask(Request request, Then<T> then) {
  const auto told = [then](Result<Answer> answer) {
    if (!answer) return then(answer.error());
    if constexpr (std::is_void_v<T>) {
      then({});
    } else {
      then(std::get<typename Request::Answer>(std::move(*answer)));
    }
  };
  if (auto asked = intake_.put(std::make_unique<Asked>(Asked{std::move(request), told})); !asked)
    then(asked.error());
}

void Journal::list(Filter filter, Seq beyond, size_t limit, Then<std::vector<Delivery>> then) {
  ask(List{std::move(filter), beyond, limit}, std::move(then));
}
void Journal::find(std::string id, Then<std::optional<Delivery>> then) {
  ask(Find{std::move(id)}, std::move(then));
}
void Journal::count(Then<std::vector<Count>> then) {
  ask(CountDeliveries{}, std::move(then));
}
void Journal::stops(Then<std::vector<EndpointStop>> then) {
  ask(ListStops{}, std::move(then));
}
void Journal::count_keys(size_t limit, Then<KeysKept> then) {
  ask(CountKeys{limit}, std::move(then));
}
void Journal::tickets(Then<std::vector<Ticket>> then) {
  ask(ListTickets{}, std::move(then));
}
void Journal::list_ours(Filter filter, Seq beyond, size_t limit, Then<std::vector<Delivery>> then) {
  ask(List{std::move(filter), beyond, limit, false, true}, std::move(then));
}
void Journal::list_settled(Filter filter, Seq beyond, size_t limit, Then<std::vector<Delivery>> then) {
  ask(List{std::move(filter), beyond, limit, true, true}, std::move(then));
}
void Journal::stops_settled(Then<std::vector<EndpointStop>> then) {
  ask(ListStops{true}, std::move(then));
}

void Journal::revive(std::string id, Then<std::optional<Delivery>> then) {
  ask(Revive{std::move(id), clock_.wall()}, std::move(then));
}
void Journal::revive(Filter filter, size_t limit, Then<std::vector<Delivery>> then) {
  ask(ReviveMany{std::move(filter), limit, clock_.wall()}, std::move(then));
}
void Journal::discard(std::vector<Seq> seqs, Filter filter, Then<std::vector<Seq>> then) {
  ask(Discard{std::move(seqs), std::move(filter)}, std::move(then));
}
void Journal::open_consumer(std::string name, Then<Consumer> then) {
  ask(OpenConsumer{std::move(name), random_id()}, std::move(then));
}
void Journal::acknowledge(std::string consumer, Seq upto, uint64_t told, size_t limit, Then<size_t> then) {
  ask(Acknowledge{std::move(consumer), upto, told, limit}, std::move(then));
}
void Journal::give_up(std::string consumer, std::optional<WallTime::duration> age, size_t limit,
                      std::string why, size_t keep, Then<size_t> then) {
  ask(GiveUp{std::move(consumer), age, limit, std::move(why), clock_.wall(), keep}, std::move(then));
}
void Journal::claim_key(std::string key, std::string fingerprint, std::string credential, Then<Claim> then) {
  ask(ClaimKey{std::move(key), std::move(fingerprint), clock_.wall(), std::move(credential), key_limits()},
      std::move(then));
}
void Journal::finish_key(std::string key, Remembered answer, Then<void> then) {
  ask(FinishKey{std::move(key), std::move(answer), key_limits()}, std::move(then));
}
void Journal::forget_key(std::string key, Then<void> then) {
  ask(ForgetKey{std::move(key)}, std::move(then));
}
void Journal::lose_key(std::string key, Then<void> then) {
  ask(LoseKey{std::move(key)}, std::move(then));
}
void Journal::forget_old_keys(Then<void> then) {
  ask(ForgetOldKeys{clock_.wall()}, std::move(then));
}
void Journal::discard_keys(std::string credential, size_t limit, Then<size_t> then) {
  ask(DiscardKeys{std::move(credential), limit}, std::move(then));
}

void Journal::keep_ticket(Ticket ticket, Then<void> then) {
  ask(KeepTicket{std::move(ticket)}, std::move(then));
}
void Journal::forget_ticket(std::string digest, Then<void> then) {
  ask(ForgetTicket{std::move(digest)}, std::move(then));
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): every request takes what it tells by value
void Journal::flush(std::function<void()> then) {
  if (!intake_.put(
          std::make_unique<Asked>(Asked{std::monostate(), [then](const Result<Answer>&) { then(); }})))
    then();
}

std::shared_ptr<Store> Journal::store() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return store_;
}

bool Journal::ours() const {
  const auto store = this->store();
  return !store || store->ours();
}
bool Journal::shared() const {
  const auto store = this->store();
  return store && store->deal_within();
}
bool Journal::has(Bucket bucket) const {
  const auto store = sharing_.whole() ? nullptr : this->store();
  return !store || store->has(bucket);
}

// On the thread that asks.
template <class Request>
Result<typename Request::Answer> Journal::read_now(Request request) {
  const auto store = this->store();
  if (!store) return Error{Intake::kClosed};
  auto answer = store->read(std::move(request));
  if (!answer) return answer.error();
  return std::get<typename Request::Answer>(std::move(*answer));
}

Result<std::optional<xmpp::Stanza>> Journal::load(Seq seq) {
  return read_now(LoadStanza{seq});
}
Result<std::vector<Delivery>> Journal::page(Page page) {
  return read_now(std::move(page));
}

void Journal::loop() {
  for (;;) {
    Group group;
    const Instant now = std::chrono::steady_clock::now();
    const Instant look_at = now + (held_.empty() ? std::chrono::milliseconds(kLook) : kRetry);
    Instant until = writer_->has_pending() ? std::min(writer_->retry_at(), look_at) : look_at;
    until = std::min(until, sharing_.due(*store_, now));
    if (!guarded_until_done(log_, "taking work for the journal", [&] { intake_.next(group, until); }))
      continue;
    const bool last = group.empty() && intake_.ended();
    bool settled = true;
    guarded_until_done(log_, "finding out what was written", [&] { settled = settle(last); });
    if (last) break;
    guarded(log_, "looking at the journal's files", [&] {
      if (settled && look()) writer_->retry_now();
    });
    // What was not written is written at another try, for the transaction goes with what was thrown in it.
    if (!guarded_until_done(log_, "writing to the journal", [&] {
          if (!settled) return writer_->refuse(group);
          if (writer_->write(group)) intake_.written();
        })) {
      refuse(group);
    }
    if (writer_->unsettled() && held_.empty()) {
      held_ = std::move(group);
      continue;
    }
    if (held_.empty()) deal();
    if (writer_->was_full()) intake_.settle_now();
    if (std::any_of(group.begin(), group.end(), is_about_keys)) note_keys();
    read(group);
    tell(std::move(group));
  }
  guarded_until_done(log_, "the last write to the journal", [&] { writer_->finish(); });
}

void Journal::deal() {
  guarded_until_done(log_, "sharing the journal", [&] {
    if (sharing_.deal(*store_, !writer_->has_pending())) intake_.settle_now();
  });
}

// Whether it is known of all groups what has become of them.
bool Journal::settle(bool last) {
  if (held_.empty()) return true;
  const auto outcome = store_->outcome();
  if (!outcome && !last) return false;
  if (outcome && *outcome) {
    writer_->carried_out();
  } else {
    writer_->bring_back(held_);
    if (!outcome) {
      log_.error("The journal: nobody knows what has become of the latest commit: " + outcome.error().text +
                 ": stanzas that are refused now may be delivered after the next start");
      writer_->refuse(held_);
    } else if (writer_->write(held_); writer_->unsettled()) {
      return false;
    }
  }
  Group told = std::move(held_);
  held_.clear();
  deal();
  read(told);
  tell(std::move(told));
  return true;
}

void Journal::share(std::function<bool()> linked) {
  sharing_.begin(std::move(linked));
  flush([] {});  // its thread looks at once
}

// True: the files were made anew.
bool Journal::look() {
  const Instant now = std::chrono::steady_clock::now();
  if (look_failed_ && now < look_again_) return false;
  const auto looked = store_->look();
  if (!looked) {
    look_again_ = now + kRetry;
    if (!std::exchange(look_failed_, true)) log_.error(looked.error().text);
    return false;
  }
  look_failed_ = false;
  if (!*looked) return false;
  say(**looked);
  if ((*looked)->lost.empty()) return true;
  std::unique_lock<std::mutex> lock(mutex_);
  const auto called = save_;
  lock.unlock();
  for (const auto& each : called) guarded_until_done(log_, "saving what is in memory", each);
  return true;
}

void Journal::say(const Renewed& renewed) const {
  const std::string aside =
      renewed.set_aside.empty() ? "" : "; what was left of it is kept as " + renewed.set_aside;
  if (renewed.lost.empty()) {
    log_.error("The journal: " + renewed.why + ". All that it holds has been written anew" + aside);
  } else {
    log_.error("The journal: " + renewed.why + ", and it cannot be read any more (" + renewed.lost +
               "). It begins anew with what waits in memory; dead letters are lost" + aside);
  }
}

// After the group was written, so that each sees what was asked for before it.
void Journal::read(Group& group) {
  for (const Item& item : group) {
    Asked* const asked = asked_of(item);
    const auto* read = asked ? std::get_if<Read>(&asked->request) : nullptr;
    if (!read) continue;
    const bool unsettled = writer_->has_pending() && wants_settled(*read);
    const bool done = guarded_until_done(log_, "reading the journal", [&] {
      if (unsettled) {
        asked->answer = Error{"changes of before could not be written yet"};
      } else {
        asked->answer = store_->read(*read);
      }
    });
    if (!done) asked->answer = Error{};
  }
}

// What they were stays where they cannot be counted.
void Journal::note_keys() {
  guarded(log_, "counting idempotency keys", [this] {
    const auto counted = store_->read(CountKeys{});
    if (!counted) return;
    const auto& kept = std::get<KeysKept>(*counted);
    keys_ = kept.keys;
    key_bytes_ = kept.bytes;
  });
}

// For want of memory. What was taken stays unanswered no longer.
void Journal::refuse(Group& group) noexcept {
  for (Item& item : group) {
    if (auto* offered = std::get_if<OfferedEntry>(&item)) offered->taken = Error{};
    if (Asked* const asked = asked_of(item)) asked->answer = Error{};
  }
}

void Journal::tell(Group group) {
  Intake::Places places;
  for (Item& item : group) {
    if (auto* offered = std::get_if<OfferedEntry>(&item)) {
      ++places.takes;
      places.bytes += offered->entry.stanza->xml.size();
      guarded(log_, kTold, [&] { offered->then(std::move(offered->entry), std::move(offered->taken)); });
    } else if (Asked* const asked = asked_of(item)) {
      ++places.work;
      guarded(log_, kTold, [&] { asked->then(std::move(asked->answer)); });
    }
  }
  for (const auto& room : intake_.give_back(places)) guarded(log_, kTold, room);
}

}  // namespace restanza::journal
