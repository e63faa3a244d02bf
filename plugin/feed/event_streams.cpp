// SPDX-License-Identifier: MIT
#include "feed/event_streams.h"

#include <utility>

namespace restanza::feed {

std::shared_ptr<EventStream> EventStreams::begin(http::Exchange& exchange,
                                                 std::shared_ptr<EventSource> source, const std::string& who,
                                                 std::optional<Instant> until) {
  auto stream = add(exchange, std::move(source), who, until);
  if (stream) stream->news();
  return stream;
}

std::shared_ptr<EventStream> EventStreams::add(http::Exchange& exchange, std::shared_ptr<EventSource> source,
                                               const std::string& who, std::optional<Instant> until) {
  const std::lock_guard<std::mutex> lock(mutex_);
  size_t& own = each_[who];
  if (stopped_ || size_ >= kMax || own >= kMaxEach) {
    if (own == 0) each_.erase(who);
    return nullptr;
  }
  if (!ticking_) {
    timer_.repeat(timer_.now() + kTick, [this] { return tick(); });
    ticking_ = true;
  }
  const size_t turn = turn_;
  const auto over = [this, turn, who](const std::shared_ptr<EventStream>& stream) {
    forget(stream, turn, who);
  };
  auto stream = std::make_shared<EventStream>(std::move(exchange), std::move(source),
                                              EventStream::Life{until, over}, thread_, clock_);
  turns_[turn].insert(stream);
  ++size_;
  ++own;
  return stream;
}

void EventStreams::forget(const std::shared_ptr<EventStream>& stream, size_t turn, const std::string& who) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (turns_[turn].erase(stream) == 0) return;
  --size_;
  const auto own = each_.find(who);
  if (--own->second == 0) each_.erase(own);
}

// Each stream has its turn once in kComment.
std::optional<Instant> EventStreams::tick() {
  std::vector<std::shared_ptr<EventStream>> due;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ticking_ = size_ > 0 && !stopped_;
    if (!ticking_) return std::nullopt;
    turn_ = (turn_ + 1) % kTurns;
    due.assign(turns_[turn_].begin(), turns_[turn_].end());
  }
  for (const auto& stream : due) stream->comment();
  return timer_.now() + kTick;
}

void EventStreams::end_all() {
  for (const auto& stream : all()) stream->end();
}

void EventStreams::stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
  }
  end_all();
}

std::vector<std::shared_ptr<EventStream>> EventStreams::all() const {
  std::vector<std::shared_ptr<EventStream>> streams;
  const std::lock_guard<std::mutex> lock(mutex_);
  streams.reserve(size_);
  for (const Streams& each : turns_) streams.insert(streams.end(), each.begin(), each.end());
  return streams;
}

size_t EventStreams::size() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return size_;
}

}  // namespace restanza::feed
