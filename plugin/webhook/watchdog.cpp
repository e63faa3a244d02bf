// SPDX-License-Identifier: MIT
#include "webhook/watchdog.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace restanza::webhook {
namespace {

// The client may be between two sockets when one is cut (a name with several addresses), so it is done again
// until the request has ended.
constexpr std::chrono::milliseconds kAgain{50};

}  // namespace

Watchdog::~Watchdog() {
  if (socket_ >= 0) ::close(socket_);
}

void Watchdog::begin(std::chrono::milliseconds deadline) {
  const std::lock_guard<std::mutex> lock(mutex_);
  running_ = true;
  const uint64_t request = ++request_;
  if (cut_ == Cut::late) cut_ = Cut::no;
  alarm_ = timer_.after(deadline, [self = shared_from_this(), request] { self->end(request, Cut::late); });
}

void Watchdog::watch(int socket) {
  const int duplicate = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (socket_ >= 0) ::close(socket_);
  socket_ = duplicate;
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
  if (!running_) return;
  timer_.cancel(alarm_);
  sever_again(request_);
}

Watchdog::Cut Watchdog::cut() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return cut_;
}

void Watchdog::end(uint64_t request, Cut why) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!running_ || request != request_) return;
  if (cut_ == Cut::no) cut_ = why;
  sever_again(request);
}

void Watchdog::sever_again(uint64_t request) {
  if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
  alarm_ = timer_.after(kAgain, [self = shared_from_this(), request] { self->end(request, Cut::late); });
}

}  // namespace restanza::webhook
