// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/client_socket.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <new>

namespace restanza::host::local {
namespace {

constexpr size_t kReadBytes = 65536;     // of one client before the others have their turn
constexpr size_t kCompactBytes = 65536;  // sent bytes that are kept before the buffer is moved up

constexpr const char* kNoMemory = "there was no memory for what it sent";

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

ClientSocket::ClientSocket(EventLoop& loop, int fd, size_t max_unread, Handlers handlers)
    : loop_(loop), fd_(fd), max_unread_(max_unread), handlers_(std::move(handlers)) {
  watch_ = loop_.watch(fd_, EPOLLIN, [this](uint32_t events) { ready(events); });
  if (watch_ == 0) drop("it cannot be watched");
}

ClientSocket::~ClientSocket() {
  loop_.forget(watch_, fd_);
  close(fd_);
}

void ClientSocket::send(std::string_view bytes) {
  if (dead_ || finishing_) return;
  out_ += bytes;
  if (!waits_for_room_) flush();
  if (unread() > max_unread_) drop("it does not read what is sent to it");
}

void ClientSocket::finish() {
  if (dead_ || finishing_) return;
  finishing_ = true;
  shut_when_flushed();
}

void ClientSocket::drop(const char* why) {
  if (dead_) return;
  loop_.post([this, why, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) handlers_.ended(why);
  });
  dead_ = true;  // from here on nothing is thrown: where that could not be posted it is tried again
  loop_.forget(watch_, fd_);
  out_.clear();
  sent_ = 0;
}

void ClientSocket::ready(uint32_t events) {
  if (events & EPOLLOUT) flush();
  if (!dead_ && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) read_some();
}

void ClientSocket::read_some() {
  if (out_of_step_) {
    drop(kNoMemory);
    return;
  }
  char buffer[kReadBytes];
  const ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
  if (count > 0) {
    try {
      handlers_.bytes({buffer, static_cast<size_t>(count)});
    } catch (const std::bad_alloc&) {
      // Nobody knows how far it got in the stream. Where it cannot be dropped for want of memory either, the
      // end that is there to read from now on brings the loop back here.
      out_of_step_ = true;
      shutdown(fd_, SHUT_RDWR);
      drop(kNoMemory);
    }
  } else if (count == 0) {
    drop("it closed the connection");
  } else if (!would_block()) {
    drop("the connection broke");
  }
}

void ClientSocket::flush() {
  while (unread() > 0) {
    const ssize_t count = ::send(fd_, out_.data() + sent_, unread(), MSG_NOSIGNAL);
    if (count < 0 && would_block()) break;
    if (count < 0) {
      drop("the connection broke");
      return;
    }
    sent_ += static_cast<size_t>(count);
  }
  if (sent_ == out_.size() || sent_ > kCompactBytes) {
    out_.erase(0, sent_);
    sent_ = 0;
  }
  const bool waits = unread() > 0;
  if (waits != waits_for_room_) loop_.change(watch_, fd_, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
  waits_for_room_ = waits;
  shut_when_flushed();
}

void ClientSocket::shut_when_flushed() {
  if (finishing_ && !dead_ && unread() == 0) shutdown(fd_, SHUT_WR);
}

}  // namespace restanza::host::local
