// SPDX-License-Identifier: MIT
#include "http_front/body_stream.h"

#include <utility>

namespace restanza::host {

BodyStream::BodyStream(RequestMemory::Share memory, std::function<void()> room)
    : room_(std::move(room)), memory_(std::move(memory)) {}

BodyStream::~BodyStream() {
  finish(XP_GONE);
}

bool BodyStream::read(BodyPiece piece) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (wanted_ || end_told_) return false;
    wanted_ = std::move(piece);
  }
  give();
  return true;
}

bool BodyStream::full() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return ahead_.size() >= kMaxAhead;
}

void BodyStream::feed(std::string_view bytes) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (end_) return;
    ahead_.append(bytes);
  }
  give();
}

void BodyStream::finish(xp_status how) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    // What has come whole can still be taken, but not once the exchange has ended.
    if (end_ && (*end_ != XP_OK || how != XP_GONE)) return;
    end_ = how;
    if (how != XP_OK) {
      std::string().swap(ahead_);
      memory_ = {};
    }
  }
  give();
}

bool BodyStream::finished() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return end_.has_value();
}

// Whoever gives already gives this, too: so a piece that asks for the next is not called within itself.
void BodyStream::give() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (giving_) return;
  giving_ = true;
  while (wanted_ && (end_ || !ahead_.empty())) {
    const BodyPiece piece = std::exchange(wanted_, nullptr);
    const std::string bytes = std::exchange(ahead_, {});
    const bool room = bytes.size() >= kMaxAhead;
    const xp_status status = bytes.empty() ? *end_ : XP_OK;
    end_told_ = end_told_ || bytes.empty();
    lock.unlock();
    if (room) room_();
    piece(status, bytes);
    lock.lock();
  }
  giving_ = false;
}

}  // namespace restanza::host
