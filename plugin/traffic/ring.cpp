// SPDX-License-Identifier: MIT
#include "traffic/ring.h"

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "base/str.h"

namespace restanza::traffic {
namespace {

constexpr size_t kMaxPlace = 64;  // bytes of a place's text

size_t bytes_of(const Record& record) {
  size_t bytes =
      sizeof(Record) + record.delivery.endpoint.size() + record.delivery.id.size() + record.error.size();
  for (const auto& one : record.deliveries) bytes += sizeof one + one.endpoint.size() + one.id.size();
  for (const auto& one : record.full) bytes += sizeof one + one.size();
  if (const auto& stanza = record.stanza) {
    bytes += sizeof *stanza + stanza->type.size() + stanza->from.size() + stanza->to.size() +
             stanza->id.size() + stanza->xml.size();
  }
  return bytes;
}

}  // namespace

std::string text_of(const Place& place) {
  return place.run + "." + std::to_string(place.number);
}

std::optional<Place> parse_place(std::string_view text) {
  const size_t dot = text.rfind('.');
  if (text.size() > kMaxPlace || dot == std::string_view::npos || dot == 0) return std::nullopt;
  const auto number = parse_number(text.substr(dot + 1));
  if (!number) return std::nullopt;
  return Place{std::string(text.substr(0, dot)), *number};
}

void Ring::add(Record&& record) noexcept {
  try {
    add_held(std::move(record));
  } catch (const std::exception&) {
    return drop();
  }
  try {
    // For whoever may come back nobody is woken.
    if (!told_ && followers() != 0 && !told_.exchange(true)) news_();
  } catch (const std::exception&) {
    told_ = false;  // the next one tells of both
  }
}

void Ring::add_held(Record&& record) {
  const size_t bytes = bytes_of(record);
  const auto shared = std::make_shared<const Record>(std::move(record));
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!recording()) return;
  held_.push_back({{latest_ + 1, shared}, bytes});
  ++latest_;
  bytes_ += bytes;
  while (held_.size() > kMax || bytes_ > kMaxBytes) {
    bytes_ -= held_.front().bytes;
    held_.pop_front();
  }
}

void Ring::drop() noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (recording()) ++latest_;
}

void Ring::attend(const std::shared_ptr<Follower>& follower) {
  std::string run = random_id();
  Timer::Id alarm = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    followers_.emplace(follower.get(), follower);
    ++visits_;
    alarm = std::exchange(alarm_, 0);
    if (!recording()) {
      run_.swap(run);
      latest_ = 0;
      recording_ = true;
    }
  }
  if (alarm != 0) timer_.cancel(alarm);
}

void Ring::leave(const Follower& follower) noexcept {
  std::shared_ptr<Follower> left;  // goes without the lock
  uint64_t visits = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = followers_.find(&follower);
    if (found == followers_.end()) return;
    left.swap(found->second);
    followers_.erase(found);
    if (!followers_.empty()) return;
    visits = visits_;
  }
  try {
    const auto alarm = timer_.after(kLinger, [this, visits] { stop_recording(visits); });
    const std::lock_guard<std::mutex> lock(mutex_);
    if (visits_ == visits) alarm_ = alarm;
  } catch (const std::exception&) {
    stop_recording(visits);
  }
}

// Unless somebody has come since.
void Ring::stop_recording(uint64_t visits) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (visits_ != visits) return;
  recording_ = false;
  held_.clear();
  bytes_ = 0;
  run_.clear();
  alarm_ = 0;
}

void Ring::tell() {
  told_ = false;
  std::vector<std::shared_ptr<Follower>> all;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    all.reserve(followers_.size());
    for (const auto& [key, follower] : followers_) all.push_back(follower);
  }
  for (const auto& follower : all) follower->news();
}

size_t Ring::followers() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return followers_.size();
}

Place Ring::now() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return {run_, latest_};
}

Ring::Page Ring::read(const Place& after) const {
  Page page;
  page.records.reserve(kPage);
  const std::lock_guard<std::mutex> lock(mutex_);
  page.unknown = after.run != run_ || after.number > latest_;
  uint64_t known = page.unknown ? 0 : after.number;
  auto next = std::upper_bound(held_.begin(), held_.end(), known, [](uint64_t number, const Held& held) {
    return number < held.numbered.number;
  });
  const uint64_t before = next == held_.end() ? latest_ : next->numbered.number - 1;
  if (!page.unknown) page.dropped = before - known;
  page.after = {run_, before};
  for (known = before; next != held_.end() && page.records.size() < kPage; ++next) {
    if (next->numbered.number != ++known) break;  // some were dropped in between: the next page says so
    page.records.push_back(next->numbered);
  }
  return page;
}

}  // namespace restanza::traffic
