// SPDX-License-Identifier: MIT
// Lanes that come to an endpoint, get other threads, end, and go on after all.
#include <algorithm>
#include <iterator>
#include <utility>

#include "subscription/lanes.h"

namespace restanza::subscription {

// From the back, where those stand that came since.
bool Lanes::insert(const std::string& lane, Item&& item) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = lanes_.find(lane);
  if (std::find(done_.begin(), done_.end(), item.seq) != done_.end()) return false;
  if (found != lanes_.end() && found->second.at_work && found->second.at_work->seq == item.seq) return false;
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

}  // namespace restanza::subscription
