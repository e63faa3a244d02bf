// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/sent_queue.h"

#include <algorithm>

namespace restanza::host::local {

SentQueue::Put SentQueue::put(xmpp::Stanza&& stanza, std::function<void()>&& writable) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (ended_) return Put::ended;
  const size_t size = stanza.xml.size();
  // An empty queue takes a stanza of any size, or one larger than the limit would wait for ever.
  if (!stanzas_.empty() && (stanzas_.size() >= max_stanzas_ || bytes_ + size > max_bytes_)) {
    if (writable && writable_.size() < kMaxCallbacks) writable_.push_back(std::move(writable));
    return Put::full;
  }
  stanzas_.push_back(std::move(stanza));
  bytes_ += size;
  return Put::taken;
}

SentQueue::Taken SentQueue::take(size_t most) {
  Taken taken;
  const std::lock_guard<std::mutex> lock(mutex_);
  taken.stanzas.reserve(std::min(most, stanzas_.size()));  // where this throws nothing has left
  while (!stanzas_.empty() && taken.stanzas.size() < most) {
    bytes_ -= stanzas_.front().xml.size();
    taken.stanzas.push_back(std::move(stanzas_.front()));
    stanzas_.pop_front();
  }
  // At half, so that those who waited do not meet a full queue again at once.
  if (stanzas_.size() <= max_stanzas_ / 2 && bytes_ <= max_bytes_ / 2) taken.writable.swap(writable_);
  routed_ = taken.more = !stanzas_.empty();
  return taken;
}

bool SentQueue::begin_routing() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (routed_ || stanzas_.empty()) return false;
  return routed_ = true;
}

void SentQueue::give_up_routing() {
  const std::lock_guard<std::mutex> lock(mutex_);
  routed_ = false;
}

void SentQueue::refuse_new() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ended_ = true;
}

size_t SentQueue::end() {
  std::vector<std::function<void()>> uncalled;  // freed outside the lock: what they hold may come back here
  const std::lock_guard<std::mutex> lock(mutex_);
  ended_ = true;
  const size_t dropped = stanzas_.size();
  stanzas_.clear();
  uncalled.swap(writable_);
  bytes_ = 0;
  return dropped;
}

size_t SentQueue::size() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return stanzas_.size();
}

}  // namespace restanza::host::local
