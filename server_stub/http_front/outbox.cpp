// SPDX-License-Identifier: MIT
#include "http_front/outbox.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace restanza::host {
namespace {

// Behind what waits already; where nothing does, without a copy.
void add(std::string& waiting, std::string bytes) {
  if (waiting.empty()) {
    waiting = std::move(bytes);
  } else {
    waiting += bytes;
  }
}

}  // namespace

Outbox::Outbox(int socket, uint64_t connection, OutboxObserver& observer, size_t stream_limit,
               std::unique_ptr<TlsSession> tls)
    : connection_(connection),
      observer_(observer),
      stream_limit_(stream_limit),
      socket_(socket),
      tls_(std::move(tls)),
      quiet_since_(std::chrono::steady_clock::now()) {}

Outbox::~Outbox() {
  shut();
}

bool Outbox::send_waiting() {
  while (!failed_ && sent_ < waiting_.size()) {
    const char* const next = waiting_.data() + sent_;
    const size_t left = waiting_.size() - sent_;
    const ssize_t n = tls_ ? tls_->send(next, left) : ::send(socket_, next, left, MSG_NOSIGNAL);
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
  if (wake) observer_.attend(connection_);
}

bool Outbox::finish(std::string bytes, bool close_after) {
  bool wake = false, alive = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (failed_) return false;
    if (waiting_.empty()) progress_ = std::chrono::steady_clock::now();
    add(waiting_, std::move(bytes));
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
    add(waiting_, std::move(bytes));
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
  add(waiting_, std::move(bytes));
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

void Outbox::end_sending() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (tls_ && !failed_ && waiting_.empty()) tls_->close_notify();
  ::shutdown(socket_, SHUT_WR);
}

ssize_t Outbox::receive(char* to, size_t size, bool& emptied) {
  if (!tls_) return discard(to, size, emptied);
  const std::lock_guard<std::mutex> lock(mutex_);
  const ssize_t n = tls_->receive(to, size);
  emptied = tls_->emptied();
  return n;
}

// With edge-triggered events a short read has emptied the socket.
ssize_t Outbox::discard(char* to, size_t size, bool& emptied) {
  const ssize_t n = ::recv(socket_, to, size, 0);
  emptied = n < static_cast<ssize_t>(size);
  return n;
}

bool Outbox::shaking_hands() const {
  if (!tls_) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  return !tls_->established();
}

bool Outbox::drop_tls() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!tls_ || !tls_->plain_http()) return false;
  tls_.reset();
  return true;
}

void Outbox::shut() {
  const std::lock_guard<std::mutex> lock(mutex_);
  // Not where something is missing: the client must see that.
  if (tls_ && !failed_ && waiting_.empty()) tls_->close_notify();
  tls_.reset();
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
