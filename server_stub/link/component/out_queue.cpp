// SPDX-License-Identifier: GPL-3.0-or-later
#include "link/component/out_queue.h"

#include <utility>

namespace restanza::host {

// An empty queue takes a stanza of any size, or one larger than the limit would wait for ever.
bool OutQueue::fits(size_t stanzas, size_t bytes, size_t more) const {
  return stanzas == 0 || (stanzas < limits_.stanzas && bytes + more <= limits_.bytes);
}

OutQueue::Push OutQueue::push(std::string xml, bool request, std::function<void()> writable) {
  bool was_empty = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (ended_) return Push::ended;
    if ((request && !open_) || !fits(stanzas_, bytes_, xml.size())) {
      if (writable && callbacks_.size() < limits_.callbacks) {
        callbacks_.push_back({xml.size(), request, std::move(writable)});
      }
      return Push::would_block;
    }
    was_empty = waiting_.empty();
    const size_t size = xml.size();
    waiting_.push_back(std::move(xml));  // first: where this throws nothing is counted
    ++stanzas_;
    bytes_ += size;
  }
  if (was_empty) wakeup_->wake();
  return Push::taken;
}

void OutQueue::end() {
  std::deque<Waiting> dropped;  // freed outside the lock: what callbacks captured may come back here
  const std::lock_guard<std::mutex> lock(mutex_);
  ended_ = true;
  dropped.swap(callbacks_);
}

size_t OutQueue::size() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return stanzas_;
}

void OutQueue::open(bool is_open) {
  const std::lock_guard<std::mutex> lock(mutex_);
  open_ = is_open;
}

size_t OutQueue::gather(iovec* parts, size_t count) {
  if (writing_.size() < count) {
    const std::lock_guard<std::mutex> lock(mutex_);
    while (writing_.size() < count && !waiting_.empty()) {
      writing_.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
  }
  size_t filled = 0;
  for (; filled < count && filled < writing_.size(); ++filled) {
    const size_t from = filled == 0 ? offset_ : 0;
    parts[filled] = {&writing_[filled][from], writing_[filled].size() - from};
  }
  return filled;
}

void OutQueue::wrote(size_t bytes) {
  size_t stanzas_done = 0, bytes_done = 0;
  offset_ += bytes;
  while (!writing_.empty() && offset_ >= writing_.front().size()) {
    offset_ -= writing_.front().size();
    bytes_done += writing_.front().size();
    ++stanzas_done;
    writing_.pop_front();
  }
  written_ += stanzas_done;
  const std::lock_guard<std::mutex> lock(mutex_);
  stanzas_ -= stanzas_done;
  bytes_ -= bytes_done;
}

void OutQueue::rewind() {
  offset_ = 0;
}

std::vector<std::function<void()>> OutQueue::due() {
  std::vector<std::function<void()>> ready;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (callbacks_.empty()) return ready;
  ready.reserve(callbacks_.size());  // where this throws all of them still wait
  size_t stanzas = stanzas_, bytes = bytes_;
  auto remaining = callbacks_.begin();
  for (Waiting& waiting : callbacks_) {
    if ((waiting.request && !open_) || !fits(stanzas, bytes, waiting.bytes)) {
      std::swap(*remaining++, waiting);
      continue;
    }
    ++stanzas;
    bytes += waiting.bytes;
    ready.push_back(std::move(waiting.writable));
  }
  callbacks_.erase(remaining, callbacks_.end());
  return ready;
}

}  // namespace restanza::host
