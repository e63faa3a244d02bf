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
      std::move(settings), number, world_, tally_, open_, [this] { return lanes_.sight().waiting; },
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

// The queue first: a thread of a crew that is not the queue's goes away again, and its crew has one less.
void Endpoint::take_on(std::shared_ptr<Posting> posting) noexcept {
  places_.set_limit(posting->settings.max_queued);
  lanes_.succeed(posting->settings.drain_rate, posting->settings.retry);
  {
    const std::lock_guard<std::mutex> steering(steering_);  // a 410 is of the settings that it came by
    const std::lock_guard<std::mutex> lock(mutex_);
    earlier_.push_back(std::exchange(posting_, posting));
    last_error_.clear();
  }
  if (recovered_ && lanes_.unattended()) posting->crew.grow();
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
  lanes_.close();
  guarded_until_done(world_.log, "the end of an endpoint", [&] {
    give_up_rest();
    check_drained();
  });
}

// The lanes first: from then on they note what is done, so that whoever asks `is_settling` after this misses
// nothing that was done before.
bool Endpoint::reopen() {
  if (!world_.journal.durable() || !recovered_.exchange(false)) return false;
  lanes_.reopen();
  return true;
}

void Endpoint::come_again(std::shared_ptr<Posting> posting) noexcept {
  take_on(std::move(posting));
  stopped_ = false;
  retired_ = false;
}

void Endpoint::close_again() noexcept {
  lanes_.close();
  recovered();
  retire();
}

// The answers that the host does not have yet are among it: until then the journal has their deliveries.
bool Endpoint::ended() const {
  const Lanes::Sight sight = lanes_.sight();
  const auto all = postings();
  return retired_ && sight.at_work == 0 && in_hand_ == 0 && open_.use_count() == 1 &&
         std::all_of(all.begin(), all.end(), [](const auto& posting) { return posting->ended(); });
}

}  // namespace restanza::webhook
