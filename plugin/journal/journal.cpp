// SPDX-License-Identifier: MIT
#include "journal/journal.h"

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>

#include "base/guarded.h"
#include "base/thread.h"
#include "journal/writer.h"

namespace restanza::journal {
namespace {

constexpr const char* kEnded = "the journal is closed";

constexpr const char* kTold = "what the journal was asked for";

bool wants_settled(const Read& read) {
  if (const auto* list = std::get_if<List>(&read)) return list->settled;
  const auto* stops = std::get_if<ListStops>(&read);
  return stops && stops->settled;
}

bool is_about_keys(const Item& item) {
  const Asked* const asked = asked_of(item);
  const auto* command = asked ? std::get_if<Command>(&asked->request) : nullptr;
  return command && !std::holds_alternative<Revive>(*command) &&
         !std::holds_alternative<ReviveMany>(*command) && !std::holds_alternative<Discard>(*command);
}

}  // namespace

Journal::Journal(Settings settings, OpenStore open_store, const Clock& clock, Log& log)
    : settings_(std::move(settings)), open_store_(std::move(open_store)), clock_(clock), log_(log) {}

Journal::~Journal() {
  stop();
}

Result<void> Journal::open() {
  auto opened = open_store_(settings_.directory, settings_.max_bytes, clock_);
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
  writer_ = std::make_unique<Writer>(*store_, settings_.max_bytes, kRetry, clock_, log_);
  note_keys();
  running_ = true;
  thread_ = start_thread("rz-journal", [this] { loop(); });
  return {};
}

void Journal::stop() {
  std::vector<std::function<void()>> dropped;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    running_ = false;
    dropped.swap(rooms_);
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  std::shared_ptr<Store> closed;  // outside the lock, for closing waits for the disk
  const std::lock_guard<std::mutex> lock(mutex_);
  closed.swap(store_);
}

bool Journal::take(Entry&& entry, Taken then, const std::function<void()>& room) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!running_) return false;
    const size_t size = entry.stanza->xml.size();
    // Alone even the largest one is taken, or it would never be.
    if (takes_ >= kMaxIntake || (takes_ > 0 && bytes_ + size > kMaxIntakeBytes)) {
      if (room) rooms_.push_back(room);
      return false;
    }
    // Its place is made before it is moved there: where this throws nothing has changed.
    intake_.emplace_back(std::in_place_type<OfferedEntry>, std::move(entry), std::move(then));
    ++takes_;
    bytes_ += size;
  }
  changed_.notify_one();
  return true;
}

Result<void> Journal::enqueue(Item item) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const bool is_work = asked_of(item) != nullptr;
    if (!running_) return Error{kEnded};
    if (is_work && work_ >= kMaxWork) return Error{"too much waits for the journal"};
    intake_.push_back(std::move(item));
    if (is_work) ++work_;
  }
  changed_.notify_one();
  return {};
}

void Journal::change(Change change) {
  (void)enqueue(std::move(change));  // after `stop` there is nobody left to do it
}

void Journal::remove(Seq seq) {
  change(Removed{seq});
}
void Journal::note_attempt(const Delivery& delivery) {
  change(noted_of(delivery));
}
void Journal::note_dead(const Delivery& delivery) {
  Noted noted = noted_of(delivery);
  noted.state = State::dead;
  change(std::move(noted));
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
  if (auto asked = enqueue(std::make_unique<Asked>(Asked{std::move(request), told})); !asked)
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
void Journal::list_settled(Filter filter, Seq beyond, size_t limit, Then<std::vector<Delivery>> then) {
  ask(List{std::move(filter), beyond, limit, true}, std::move(then));
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

// NOLINTNEXTLINE(performance-unnecessary-value-param): every request takes what it tells by value
void Journal::flush(std::function<void()> then) {
  if (!enqueue(std::make_unique<Asked>(Asked{std::monostate(), [then](const Result<Answer>&) { then(); }})))
    then();
}

Result<std::optional<xmpp::Stanza>> Journal::load(Seq seq) {
  std::shared_ptr<Store> store;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    store = store_;
  }
  if (!store) return Error{kEnded};
  auto answer = store->read(LoadStanza{seq});
  if (!answer) return answer.error();
  return std::get<LoadStanza::Answer>(std::move(*answer));
}

size_t Journal::waiting() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return takes_;
}

void Journal::loop() {
  for (;;) {
    Group group;
    if (!guarded_until_done(log_, "taking work for the journal", [&] { take_group(group); })) continue;
    if (group.empty() && ended()) break;
    // What was not written is written at another try, for the transaction goes with what was thrown in it.
    if (!guarded_until_done(log_, "writing to the journal", [&] { writer_->write(group); })) refuse(group);
    if (std::any_of(group.begin(), group.end(), is_about_keys)) note_keys();
    read(group);
    tell(std::move(group));
  }
  guarded_until_done(log_, "the last write to the journal", [&] { writer_->finish(); });
}

bool Journal::ended() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return !running_ && intake_.empty();
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

// Nothing has changed where this throws. An empty group: changes that wait are due, or this is the end.
void Journal::take_group(Group& group) {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto asked = [this] { return !running_ || !intake_.empty(); };
  if (writer_->has_pending()) {
    changed_.wait_until(lock, writer_->retry_at(), asked);
  } else {
    changed_.wait(lock, asked);
  }
  const size_t count = std::min(intake_.size(), kMaxGroup);
  group.reserve(count);
  const auto end = intake_.begin() + static_cast<std::ptrdiff_t>(count);
  std::move(intake_.begin(), end, std::back_inserter(group));
  intake_.erase(intake_.begin(), end);
}

void Journal::tell(Group group) {
  size_t takes = 0, bytes = 0, work = 0;
  for (Item& item : group) {
    if (auto* offered = std::get_if<OfferedEntry>(&item)) {
      ++takes;
      bytes += offered->entry.stanza->xml.size();
      guarded(log_, kTold, [&] { offered->then(std::move(offered->entry), std::move(offered->taken)); });
    } else if (Asked* const asked = asked_of(item)) {
      ++work;
      guarded(log_, kTold, [&] { asked->then(std::move(asked->answer)); });
    }
  }
  std::vector<std::function<void()>> rooms;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    takes_ -= takes;
    bytes_ -= bytes;
    work_ -= work;
    if (takes > 0) rooms.swap(rooms_);
  }
  for (const auto& room : rooms) guarded(log_, kTold, room);
}

}  // namespace restanza::journal
