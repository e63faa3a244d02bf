// SPDX-License-Identifier: MIT
// How an endpoint gets other settings while it goes on, and how it ends while the others go on.
#include <algorithm>
#include <iterator>
#include <utility>

#include "base/guarded.h"
#include "webhook/endpoint.h"

namespace restanza::webhook {

std::shared_ptr<Posting> Endpoint::make(Settings settings, uint64_t number) {
  return std::make_shared<Posting>(
      std::move(settings), number, deps_, metrics_, open_, [this] { return lanes_.snapshot().waiting; },
      [this](Posting& posting, Transport& transport, bool first) { work(posting, transport, first); });
}

std::shared_ptr<Posting> Endpoint::current() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return posting_;
}

std::vector<std::shared_ptr<Posting>> Endpoint::postings() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::shared_ptr<Posting>> all = earlier_;
  all.push_back(posting_);
  return all;
}

std::shared_ptr<Posting> Endpoint::prepare(Settings settings) {
  end_earlier();
  auto prepared = make(std::move(settings), current()->number + 1);
  const std::lock_guard<std::mutex> lock(mutex_);
  earlier_.reserve(earlier_.size() + 1);
  return prepared;
}

// The queue first: a thread of a pool that is not the queue's goes away again, and its pool has one less.
void Endpoint::take_on(std::shared_ptr<Posting> posting) noexcept {
  places_.set_limit(posting->settings.max_queued);
  lanes_.succeed(posting->settings.drain_rate, posting->settings.retry, posting->settings.max_connections);
  {
    const std::lock_guard<std::mutex> steering(steering_);  // a 410 is of the settings that it came by
    const std::lock_guard<std::mutex> lock(mutex_);
    posting_->replaced = true;
    earlier_.push_back(std::exchange(posting_, posting));
    last_error_.clear();
  }
  if (!recovered_ || !lanes_.unattended()) return;
  guarded(deps_.log, "a thread for an endpoint", [&] { posting->pool.grow(); });  // `tend` tries it again
}

// Whoever else still has one looks at it for a moment.
void Endpoint::end_earlier() {
  std::vector<std::shared_ptr<Posting>> ended;  // goes without the lock, for its threads are joined
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto gone = std::stable_partition(earlier_.begin(), earlier_.end(), [](const auto& posting) {
    return posting.use_count() != 1 || !posting->ended();
  });
  ended.assign(std::make_move_iterator(gone), std::make_move_iterator(earlier_.end()));
  earlier_.erase(gone, earlier_.end());
}

size_t Endpoint::retiring() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<size_t>(
      std::count_if(earlier_.begin(), earlier_.end(), [](const auto& posting) { return !posting->ended(); }));
}

void Endpoint::retire() noexcept {
  retired_ = true;
  stopped_ = true;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    reading_.reset();
  }
  lanes_.close();
  guarded_until_done(deps_.log, "the end of an endpoint", [&] {
    give_up_rest();
    check_drained();
  });
}

// The lanes first: from then on they note what is done, and what was done before is open, or has left the
// journal for whoever reads it after this.
bool Endpoint::reopen() {
  lanes_.reopen();
  lanes_.pass_over(open_.seqs());
  recovered_ = false;
  return !is_giving_up();
}

// The journal may still have that for waiting.
bool Endpoint::is_giving_up() const {
  return tending_ != 0 || (taken_out_ != 0 && !deps_.journal.durable());
}

Endpoint::Reading Endpoint::begin_reading() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (recovered_ || retired_ || !reading_.expired()) return nullptr;
  auto reading = std::make_shared<const bool>(true);
  reading_ = reading;
  return reading;
}

bool Endpoint::is_reading(const Reading& reading) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return reading_.lock() == reading;
}

bool Endpoint::recovered(const Reading& reading) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (reading_.lock() != reading) return false;
  recovered();
  return true;
}

void Endpoint::come_again(std::shared_ptr<Posting> posting) noexcept {
  take_on(std::move(posting));
  stopped_ = false;
  retired_ = false;
}

void Endpoint::close_again() noexcept {
  retire();
}

// The answers that the host does not have yet are among it: until then the journal has their deliveries.
bool Endpoint::ended() const noexcept {
  const Lanes::Snapshot now = lanes_.snapshot();
  if (!retired_ || now.at_work != 0 || taken_out_ != 0 || !open_.empty()) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  return posting_->ended() &&
         std::all_of(earlier_.begin(), earlier_.end(), [](const auto& posting) { return posting->ended(); });
}

}  // namespace restanza::webhook
