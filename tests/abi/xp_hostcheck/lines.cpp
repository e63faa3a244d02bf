// SPDX-License-Identifier: MIT
#include "lines.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace restanza::hostcheck {
namespace {

constexpr size_t kMaxLine = 1024 * 1024;  // bytes; what is longer is cut into several

}  // namespace

Lines::Lines(int fd) : fd_(fd) {
  if (fcntl(fd_, F_SETFL, O_NONBLOCK) != 0 || pipe2(stop_, O_CLOEXEC) != 0) {
    throw std::runtime_error("xp_hostcheck has no pipe");
  }
  thread_ = std::thread([this] { read(); });
}

Lines::~Lines() {
  finish();
  close(fd_);
  close(stop_[0]);
  close(stop_[1]);
}

Text Lines::all() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return lines_;
}

bool Lines::wait(const std::function<bool(const Text&)>& are_so, std::chrono::milliseconds limit) const {
  std::unique_lock<std::mutex> lock(mutex_);
  bool so = false;
  changed_.wait_for(lock, limit, [&] {
    so = are_so(lines_);
    return so || ended_;
  });
  return so;
}

void Lines::finish() {
  if (!thread_.joinable()) return;
  while (write(stop_[1], "", 1) < 0 && errno == EINTR) {
  }
  thread_.join();
}

void Lines::read() {
  for (bool over = false; !over;) {
    pollfd polled[] = {{fd_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    if (poll(polled, 2, -1) < 0) continue;
    std::array<char, 65536> bytes;
    ssize_t got = 0;
    while ((got = ::read(fd_, bytes.data(), bytes.size())) > 0) take(bytes.data(), static_cast<size_t>(got));
    over = got == 0 || (errno != EAGAIN && errno != EINTR) || polled[1].revents != 0;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!begun_.empty()) lines_.push_back(begun_);
  ended_ = true;
  changed_.notify_all();
}

void Lines::take(const char* bytes, size_t count) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (size_t i = 0; i < count; ++i) {
    const bool end = bytes[i] == '\n';
    if (!end) begun_.push_back(bytes[i]);
    if (end || begun_.size() == kMaxLine) lines_.push_back(std::exchange(begun_, {}));
  }
  changed_.notify_all();
}

}  // namespace restanza::hostcheck
