// SPDX-License-Identifier: MIT
#include "feed/consumer.h"

#include <algorithm>
#include <utility>

#include "base/guarded.h"
#include "base/random.h"
#include "subscription/fan_out/failure_reply.h"

namespace restanza::feed {
namespace {

constexpr const char* kTooMany = "more waited than the consumer's max_queued";
constexpr const char* kTooOld = "it waited for longer than the consumer's max_age";

}  // namespace

Consumer::Consumer(ConsumerSettings settings, ConsumerDependencies deps, size_t moment_bytes)
    : settings_(std::move(settings)),
      place_(std::string(journal::kConsumerPlace) + settings_.name),
      run_(random_id()),
      deps_(std::move(deps)),
      requests_(deps_.timer,
                [this](const auto& iq, uint64_t number) {
                  {
                    const std::lock_guard<std::mutex> lock(mutex_);
                    moments_.forget(number);
                  }
                  refuse(iq, {"wait", "remote-server-timeout", "Nobody has answered in time"});
                }),
      missed_(deps_.metrics.counter("restanza_updates_missed_total",
                                    "Stanzas that a consumer did not ask for in time",
                                    {{"consumer", settings_.name}})),
      moments_(moment_bytes) {}

void Consumer::open(journal::Consumer known, size_t waiting) {
  const std::lock_guard<std::mutex> lock(mutex_);
  backlog_.open(std::move(known), waiting);
}

std::optional<Cursor> Consumer::place(const std::string& cursor) const {
  auto parsed = parse_cursor(cursor);
  if (!parsed) return std::nullopt;
  const bool ours = is_ours();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!backlog_.has(*parsed, ours)) return std::nullopt;
  if (parsed->run != run_) parsed->number = 0;
  return parsed;
}

Cursor Consumer::acknowledged() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const journal::Consumer& known = backlog_.known();
  return {known.identity, known.acknowledged, known.told, run_, 0};
}

// What waits in memory was pushed in one order with what is on disk, and says behind which delivery it came.
// What is on disk and was not pushed yet may have come behind what is not in memory yet, so it is not read
// now.
// Where another process numbers them, all that is on disk may be read, and nothing of it is in memory.
Result<Page> Consumer::read(const Cursor& after, size_t limit, size_t bytes) {
  const bool ours = is_ours();
  Cursor at = after;
  std::vector<Moment> moments;
  std::optional<std::vector<Kept>> kept;
  journal::Seq pushed = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!ours) backlog_.pass(after.seq);
    moments = moments_.behind(after.seq, after.number, limit);
    pushed = backlog_.known().latest;
    at.missed = std::max(backlog_.known().missed, ours ? 0 : after.missed);
    at.identity = backlog_.known().identity;
    if (ours) kept = backlog_.in_memory(after.seq);
  }
  at.run = run_;
  if (!kept) {
    auto found = on_disk(after.seq, ours ? pushed : journal::kNoEnd, limit, bytes);
    if (!found) return found.error();
    kept = std::move(*found);
  }
  const journal::Seq last = kept->empty() ? pushed : kept->back().seq;  // there may be more behind
  Page page = merge(std::move(*kept), moments, at, last, {limit, bytes});
  page.missed = at.missed - std::min(after.missed, at.missed);
  page.full = page.full || page.updates.size() >= limit || last < pushed;
  if (!ours) {
    const std::lock_guard<std::mutex> lock(mutex_);
    backlog_.pass(last);
  }
  return page;
}

Result<std::vector<Kept>> Consumer::on_disk(journal::Seq after, journal::Seq upto, size_t limit,
                                            size_t bytes) const {
  auto found = deps_.journal.page({place_, after, limit, bytes});
  if (!found) return found.error();
  std::vector<Kept> kept;
  for (journal::Delivery& one : *found) {
    if (one.seq > upto) break;
    kept.push_back({one.seq, std::move(one.id), one.accepted,
                    std::make_shared<const xmpp::Stanza>(std::move(*one.stanza))});
  }
  return kept;
}

// Where only what is in memory is acknowledged, nothing is written.
void Consumer::acknowledge(const Cursor& cursor, std::function<void(const Result<void>&)> then) {
  bool write = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    write = backlog_.is_news(cursor);
    if (!write) moments_.forget_up_to(cursor.seq, cursor.number);
  }
  if (write) return write_acknowledged(cursor, std::move(then));
  then({});
}

// In parts, for it may be much; that all of it is acknowledged is written with the first.
void Consumer::write_acknowledged(const Cursor& cursor, std::function<void(const Result<void>&)> then) {
  deps_.journal.acknowledge(
      place_, cursor.seq, cursor.missed, kPage,
      [self = shared_from_this(), cursor, then = std::move(then)](const Result<size_t>& removed) {
        if (!removed) {
          if (then) then(removed.error());
          return;
        }
        {
          const std::lock_guard<std::mutex> lock(self->mutex_);
          self->backlog_.acknowledge(cursor, *removed);
          self->moments_.forget_up_to(cursor.seq, cursor.number);
        }
        if (then) then({});
        if (*removed == kPage) self->write_acknowledged(cursor, {});
      });
}

void Consumer::attend(const std::shared_ptr<Reader>& reader) {
  std::shared_ptr<Reader> before;
  bool stopped = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped = stopped_;
    if (!stopped) before = readers_.attend(reader);
  }
  if (stopped) return reader->ending();
  if (before) before->superseded();
}

bool Consumer::follow(const std::shared_ptr<Reader>& reader) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return !stopped_ && readers_.follow(reader);
}

void Consumer::leave(const Reader& reader) {
  std::shared_ptr<Reader> left;  // goes without the lock
  const std::lock_guard<std::mutex> lock(mutex_);
  left = readers_.leave(reader);
  if (!readers_.any()) backlog_.forget_memory();
}

void Consumer::about_to_send(const xmpp::Stanza& stanza) {
  const uint64_t number = requests_.answered_by(stanza);
  if (number == 0) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  moments_.forget(number);
}

void Consumer::push(journal::Delivery&& delivery, const Tree& tree) {
  guarded_until_done(deps_.log, "a stanza for a consumer", [&] {
    if (delivery.seq != 0) return push_kept(delivery, tree);
    if (push_moment(delivery, tree)) return;
    if (tree->stanza().is_request())
      refuse(tree->text(), {"wait", "resource-constraint", "Too many stanzas are waiting"});
  });
  tell_news();
}

void Consumer::push_kept(const journal::Delivery& delivery, const Tree& tree) {
  if (!is_ours()) return;
  Kept one{delivery.seq, delivery.id, delivery.accepted, tree->text()};
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!(readers_.any() ? backlog_.add(std::move(one)) : backlog_.add(one.seq))) return;
  }
  trim();
}

// False: there is no room.
bool Consumer::push_moment(const journal::Delivery& delivery, const Tree& tree) {
  Moment moment;
  moment.id = delivery.id;
  moment.accepted = delivery.accepted;
  moment.stanza = tree->text();
  const bool waits = delivery.answers && tree->stanza().is_request();
  if (waits) moment.until = deps_.clock.now() + kIqTime;
  uint64_t number = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopped_) return false;
    moment.behind = backlog_.known().latest;
    moment.number = number = ++numbers_;
    if (!moments_.add(std::move(moment))) return false;
  }
  if (!waits) return true;
  const auto forget = [&] {
    const std::lock_guard<std::mutex> lock(mutex_);
    moments_.forget(number);
  };
  try {
    if (requests_.add(tree->text(), number, kIqTime)) return true;
  } catch (...) {  // for want of memory: it is pushed again
    forget();
    throw;
  }
  forget();
  return false;
}

void Consumer::requeue(const journal::Delivery& delivery) {
  guarded_until_done(deps_.log, "a dead letter for a consumer", [&] {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      backlog_.add(delivery.seq);
    }
    trim();
  });
  tell_news();
}

void Consumer::withdraw(const journal::Delivery& delivery) {
  const std::lock_guard<std::mutex> lock(mutex_);
  backlog_.withdraw(delivery.seq);
}

void Consumer::refuse(const std::shared_ptr<const xmpp::Stanza>& iq, const xmpp::StanzaError& error) const {
  auto reply = subscription::failure_reply(xmpp::StanzaTree(iq), error, deps_.rooms.sent(*iq));
  if (reply) deps_.reply(std::move(*reply), [] {});
}

void Consumer::trim() {
  size_t over = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (backlog_.waiting() <= settings_.max_queued || std::exchange(giving_up_, true)) return;
    over = backlog_.waiting() - settings_.max_queued;
  }
  give_up(std::nullopt, std::min(over, kPage), kTooMany);
}

void Consumer::tend() {
  if (!is_ours()) return;
  if (deps_.journal.shared()) count_anew();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (backlog_.waiting() == 0 || std::exchange(giving_up_, true)) return;
  }
  give_up(settings_.max_age, kPage, kTooOld);
}

// One after the other. What fails is tried again with the next stanza, or when it is tended.
void Consumer::give_up(std::optional<WallTime::duration> age, size_t count, const char* why) {
  const bool shared = deps_.journal.shared();
  deps_.journal.give_up(place_, age, count, why, shared && !age ? settings_.max_queued : 0,
                        [self = shared_from_this(), age, count, why, shared](const Result<size_t>& gone) {
                          bool more = false;
                          {
                            const std::lock_guard<std::mutex> lock(self->mutex_);
                            const size_t number = gone ? *gone : 0;
                            more = age && number == count;
                            self->giving_up_ = more;
                            self->backlog_.give_up(number);
                            self->missed_.add(number);
                          }
                          if (!gone) return;
                          if (*gone > 0) self->tell_news();
                          if (more) return self->give_up(age, count, why);
                          if (shared && *gone < count) return self->count_anew();  // others have acknowledged
                          self->trim();
                        });
}

void Consumer::reopen() {
  deps_.journal.open_consumer(place_, [self = shared_from_this()](Result<journal::Consumer> opened) {
    if (!opened) return;
    const std::lock_guard<std::mutex> lock(self->mutex_);
    self->backlog_.reopen(std::move(*opened));
  });
}

void Consumer::count_anew() {
  deps_.journal.open_consumer(place_, [self = shared_from_this()](const Result<journal::Consumer>& known) {
    if (!known) return;  // when it is tended
    self->deps_.journal.count([self, known = *known](const Result<std::vector<journal::Count>>& counts) {
      if (!counts) return;
      const auto own = std::find_if(counts->begin(), counts->end(),
                                    [&](const auto& count) { return count.endpoint == self->place_; });
      {
        const std::lock_guard<std::mutex> lock(self->mutex_);
        self->backlog_.refresh(known, own == counts->end() ? 0 : own->waiting);
      }
      self->tell_news();
    });
  });
}

void Consumer::others_wrote() const {
  if (!is_ours()) tell_news();
}

void Consumer::stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
  }
  for (const auto& reader : readers()) reader->ending();
  {
    // Each of them may own this consumer, and comes no more. They go without the lock.
    Readers left;
    const std::lock_guard<std::mutex> lock(mutex_);
    std::swap(left, readers_);
  }
  for (const auto& iq : requests_.give_up())
    refuse(iq, {"wait", "recipient-unavailable", "Nobody can read it any more"});
}

size_t Consumer::waiting() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return backlog_.waiting() + moments_.size();
}

void Consumer::tell_news() const {
  guarded_until_done(deps_.log, "telling who reads of news", [this] {
    for (const auto& reader : readers()) reader->news();
  });
}

std::vector<std::shared_ptr<Reader>> Consumer::readers() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return readers_.all();
}

}  // namespace restanza::feed
