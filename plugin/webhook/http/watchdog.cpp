// SPDX-License-Identifier: MIT
#include "webhook/http/watchdog.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "webhook/http/received.h"

namespace restanza::webhook {

using std::chrono::milliseconds;

Watchdog::~Watchdog() {
  if (socket_ >= 0) ::close(socket_);
}

void Watchdog::begin(milliseconds deadline) {
  const std::lock_guard<std::mutex> lock(mutex_);
  running_ = true;
  ++request_;
  if (cut_ != Cut::aborted) cut_ = Cut::no;
  kept_ = socket_ >= 0;
  received_ = kept_ ? bytes_received(socket_) : 0;
  until_ = timer_.now() + deadline;
  alarm_ = timer_.repeat(next_look(),
                         [self = shared_from_this(), request = request_] { return self->look(request); });
}

void Watchdog::watch(int socket) {
  const int duplicate = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (socket_ >= 0) ::close(socket_);
  socket_ = duplicate;
  received_ = 0;
  kept_ = false;
  if (cut_ != Cut::no) sever();
}

Watchdog::Cut Watchdog::finish() {
  Timer::Id alarm = 0;
  Cut cut = Cut::no;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    running_ = false;
    alarm = alarm_;
    cut = cut_;
  }
  timer_.cancel(alarm);
  return cut;
}

void Watchdog::abort() {
  const std::lock_guard<std::mutex> lock(mutex_);
  cut_ = Cut::aborted;
  if (running_) sever();
}

Watchdog::Cut Watchdog::cut() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return cut_;
}

bool Watchdog::quiet() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  pollfd readable{socket_, POLLIN, 0};  // so is the end of what the peer sends
  return socket_ >= 0 && ::poll(&readable, 1, 0) == 0;
}

bool Watchdog::unheard(uint64_t at_most) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return kept_ && bytes_received(socket_) - received_ <= at_most;
}

std::optional<Instant> Watchdog::look(uint64_t request) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!running_ || request != request_) return std::nullopt;
  if (cut_ == Cut::no && timer_.now() >= until_) cut_ = Cut::late;
  if (cut_ == Cut::no && socket_ >= 0 && bytes_received(socket_) - received_ > max_received_) {
    cut_ = Cut::flooded;
  }
  // Again and again, for the client may be between two sockets.
  if (cut_ != Cut::no) sever();
  return next_look();
}

Instant Watchdog::next_look() const {
  const Instant now = timer_.now(), next = now + kLook;
  return until_ > now ? std::min(until_, next) : next;
}

void Watchdog::sever() {
  if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

}  // namespace restanza::webhook
