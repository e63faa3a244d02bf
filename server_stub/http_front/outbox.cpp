// SPDX-License-Identifier: GPL-3.0-or-later
#include "http_front/outbox.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace restanza::host {

Outbox::Outbox(int socket, uint64_t connection, Waker& waker, size_t stream_limit)
    : connection_(connection),
      waker_(waker),
      stream_limit_(stream_limit),
      socket_(socket),
      quiet_since_(std::chrono::steady_clock::now()) {}

Outbox::~Outbox() {
  shut();
}

bool Outbox::send_waiting() {
  while (!failed_ && sent_ < waiting_.size()) {
    const ssize_t n = ::send(socket_, waiting_.data() + sent_, waiting_.size() - sent_, MSG_NOSIGNAL);
    if (n > 0) {
      sent_ += static_cast<size_t>(n);
      progress_ = std::chrono::steady_clock::now();
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno != EINTR) {
      failed_ = true;
    }
  }
  if (failed_ || sent_ == waiting_.size()) {
    std::string().swap(waiting_);
    sent_ = 0;
  }
  return !failed_;
}

bool Outbox::take_settled() {
  if (failed_ || !waiting_.empty()) return true;  // to close it, or to watch over its progress
  if (!answering_ || !complete_) return false;
  answering_ = complete_ = false;
  quiet_since_ = std::chrono::steady_clock::now();
  return close_after_ || input_waits_;
}

void Outbox::settle(bool wake) const {
  if (wake) waker_.attend(connection_);
}

bool Outbox::finish(std::string bytes, bool close_after) {
  bool wake = false, alive = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (failed_) return false;
    if (waiting_.empty()) {
      waiting_ = std::move(bytes);
      progress_ = std::chrono::steady_clock::now();
    } else {
      waiting_ += bytes;
    }
    complete_ = true;
    close_after_ = close_after_ || close_after;
    alive = send_waiting();
    wake = take_settled();
  }
  settle(wake);
  return alive;
}

Outbox::Sent Outbox::append(std::string bytes) {
  bool wake = false, alive = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (failed_) return Sent::gone;
    if (!waiting_.empty() && waiting_.size() - sent_ + bytes.size() > stream_limit_) {
      room_wanted_ = true;
      return Sent::would_block;
    }
    if (waiting_.empty()) progress_ = std::chrono::steady_clock::now();
    waiting_.erase(0, sent_);
    sent_ = 0;
    waiting_ += bytes;
    alive = send_waiting();
    wake = take_settled();
  }
  settle(wake);
  return alive ? Sent::taken : Sent::gone;
}

void Outbox::fail() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (failed_) return;
    failed_ = true;
  }
  settle(true);
}

void Outbox::open_answer(bool input_waits) {
  const std::lock_guard<std::mutex> lock(mutex_);
  answering_ = true;
  input_waits_ = input_waits;
}

void Outbox::interim(std::string bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (waiting_.empty()) progress_ = std::chrono::steady_clock::now();
  waiting_ += bytes;
  send_waiting();
}

bool Outbox::hold_input() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (answering_) input_waits_ = true;
  return answering_;
}

bool Outbox::flush() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (waiting_.empty()) return false;
  send_waiting();
  const bool room = room_wanted_ && !failed_ && waiting_.size() - sent_ <= stream_limit_ / 2;
  room_wanted_ = room_wanted_ && !room;
  take_settled();
  return room;
}

void Outbox::shut() {
  const std::lock_guard<std::mutex> lock(mutex_);
  failed_ = true;
  std::string().swap(waiting_);
  sent_ = 0;
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

Outbox::State Outbox::state() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (failed_) return State::failed;
  if (answering_ || !waiting_.empty()) return State::answering;
  return close_after_ ? State::ended : State::quiet;
}

std::optional<Instant> Outbox::stalled_since() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (waiting_.empty()) return std::nullopt;
  return progress_;
}

Instant Outbox::quiet_since() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return quiet_since_;
}

}  // namespace restanza::host
