// SPDX-License-Identifier: MIT
// Lanes that come to an endpoint, or to another process, get other threads, end, and go on after all.
#include <algorithm>
#include <iterator>
#include <utility>

#include "subscription/lanes.h"

namespace restanza::subscription {
namespace {

journal::Bucket bucket_of(const std::string& lane) {
  const size_t end = lane.find('\0');
  const std::string_view name = lane;
  return journal::bucket_of_conversation(name.substr(0, end), name.substr(end + 1));
}

}  // namespace

// From the back, where those stand that came since.
bool Lanes::insert(const std::string& lane, Item&& item) {
  IdleThreads::Call call;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!insert_now(lane, std::move(item))) return false;
    call = threads_.call();
  }
  call.ring();
  return true;
}

bool Lanes::insert_now(const std::string& lane, Item&& item) {
  const auto found = lanes_.find(lane);
  if (std::find(done_.begin(), done_.end(), item.seq) != done_.end()) return false;
  if (found != lanes_.end() && found->second.at_work && found->second.at_work->seq == item.seq) {
    found->second.withdrawn = false;
    return false;
  }
  std::list<Item> held(1);
  Named& named = found != lanes_.end() ? *found : *lanes_.try_emplace(lane).first;
  auto& queue = named.second.queue;
  auto before = queue.end();
  while (before != queue.begin()) {
    const Item& earlier = *std::prev(before);
    if (earlier.seq == item.seq) return false;
    if (earlier.kept() && earlier.seq < item.seq) break;
    --before;
  }
  held.front() = std::move(item);
  queue.splice(before, held);
  ++waiting_;
  go_on(named);
  return true;
}

void Lanes::succeed(double drain_rate, bool breaker, size_t at_once) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++pool_;
    idle_ = 0;
    gate_.renew(drain_rate, breaker, clock_.now(), waiting_);
    standings_.forget();
    shares_ = Shares(at_once);
    promote_all();
  }
  threads_.call_all();
}

void Lanes::close() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  threads_.call_all();
}

void Lanes::reopen() {
  const std::lock_guard<std::mutex> lock(mutex_);
  done_.clear();
  done_.reserve(at_work_);
  reading_ = true;
  closed_ = false;
}

void Lanes::pass_over(const std::vector<journal::Seq>& seqs) {
  const std::lock_guard<std::mutex> lock(mutex_);
  done_.reserve(done_.size() + seqs.size() + at_work_);
  done_.insert(done_.end(), seqs.begin(), seqs.end());
}

void Lanes::read() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    reading_ = false;
    done_.clear();
  }
  threads_.call_all();
}

std::vector<Item> Lanes::take_all() {
  std::vector<Item> all;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!closed_) return all;
  all.reserve(waiting_);
  for (auto& [name, lane] : lanes_) {
    while (!lane.queue.empty()) all.push_back(remove(lane, lane.queue.begin()));
  }
  if (closed_ && at_work_ == 0) {  // nobody comes for them any more
    for (auto& lines : lines_) {
      for (Line& line : lines) line.clear();
    }
    backing_off_.clear();
    lanes_.clear();
  }
  return all;
}

bool Lanes::is_held(const Named& lane) const {
  return held_.any() && held_[bucket_of(lane.first)];
}

// It stands in no line until it is held no longer.
void Lanes::park(Choice choice) {
  Lane& lane = (*choice.lane)->second;
  lane.turn.splice(lane.turn.begin(), *choice.line, choice.lane);
  lane.waits = false;
}

void Lanes::hold(const journal::Buckets& buckets) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const journal::Buckets released = held_ & ~buckets;
    held_ = buckets;
    for (auto each = lanes_.begin(); each != lanes_.end();) {
      Named& named = *each++;
      if (named.second.waits || named.second.at_work || !released[bucket_of(named.first)]) continue;
      if (named.second.queue.empty()) {
        lanes_.erase(lanes_.find(named.first));
      } else {
        go_on(named);
      }
    }
  }
  threads_.call_all();
}

journal::Buckets Lanes::busy() const {
  journal::Buckets busy;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [name, lane] : lanes_) {
    if (lane.at_work && lane.at_work->kept()) busy.set(bucket_of(name));
  }
  return busy;
}

size_t Lanes::drop(const journal::Buckets& buckets) {
  size_t dropped = 0;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (auto each = lanes_.begin(); each != lanes_.end();) {
    Named& named = *each++;
    Lane& lane = named.second;
    if (!buckets[bucket_of(named.first)]) continue;
    if (lane.at_work && lane.at_work->kept()) lane.withdrawn = true;
    for (auto item = lane.queue.begin(); item != lane.queue.end();) {
      const auto here = item++;
      if (!here->kept()) continue;
      remove(lane, here);
      ++dropped;
    }
    if (!lane.queue.empty() || lane.at_work) continue;
    wake(named);  // in a line it is dropped when its turn comes
    if (!lane.waits) lanes_.erase(lanes_.find(named.first));
  }
  return dropped;
}

}  // namespace restanza::subscription
