// SPDX-License-Identifier: MIT
#include "webhook/answer_stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace restanza::webhook {
namespace {

constexpr size_t kBuffer = 4096;        // the client reads heads byte by byte
constexpr size_t kMaxGathered = 65536;  // bytes; a longer body is sent as it comes
constexpr std::string_view kInterim = "HTTP/1.1 1";

}  // namespace

bool AnswerStream::wait(short events) const {
  pollfd ready{socket_, events, 0};
  int count = 0;
  do {
    count = ::poll(&ready, 1, static_cast<int>(patience_.count()));
  } while (count < 0 && errno == EINTR);
  return count > 0;
}

bool AnswerStream::is_readable() const {
  return read_at_ < buffer_.size() || (tls_ && SSL_pending(tls_) > 0) || wait(POLLIN);
}

bool AnswerStream::is_writable() const {
  return wait(POLLOUT);
}

ssize_t AnswerStream::receive(char* data, size_t size) {
  if (!tls_) {
    ssize_t got = 0;
    do {
      got = ::recv(socket_, data, size, 0);
    } while (got < 0 && errno == EINTR);
    return got;
  }
  for (;;) {
    if (SSL_pending(tls_) == 0 && !wait(POLLIN)) return -1;
    const int got = SSL_read(tls_, data, static_cast<int>(size));
    if (got > 0) return got;
    const int why = SSL_get_error(tls_, got);
    if (why == SSL_ERROR_ZERO_RETURN) return 0;
    if (why != SSL_ERROR_WANT_READ) return -1;
  }
}

ssize_t AnswerStream::read(char* data, size_t size) {
  if (!flush()) return -1;
  if (read_at_ == buffer_.size()) {
    buffer_.resize(std::min(kBuffer, raw_left_));
    read_at_ = 0;
    const ssize_t got = buffer_.empty() ? -1 : receive(buffer_.data(), buffer_.size());
    buffer_.resize(got > 0 ? static_cast<size_t>(got) : 0);
    if (got <= 0) return got;
    raw_left_ -= buffer_.size();
  }
  const size_t taken = std::min(size, buffer_.size() - read_at_);
  std::copy_n(buffer_.data() + read_at_, taken, data);
  read_at_ += taken;
  return within_head(data, taken) ? static_cast<ssize_t>(taken) : -1;
}

bool AnswerStream::within_head(const char* data, size_t size) {
  for (size_t i = 0; in_head_ && i < size; ++i) {
    answer_ += data[i];
    const bool in_status_line = line_ == 0 && data[i] != '\n';
    if (heads_bytes_ + answer_.size() > kMaxHead || (in_status_line && answer_.size() > kMaxStatusLine))
      return false;
    if (data[i] != '\n') continue;
    const bool empty_line = answer_.size() - line_ == 2 && answer_[line_] == '\r';
    const bool ended = empty_line && line_ > 1 && answer_[line_ - 2] == '\r';
    line_ = answer_.size();
    if (!ended) continue;
    in_head_ = std::string_view(answer_).substr(0, kInterim.size()) == kInterim;
    heads_bytes_ += answer_.size();
    answer_.clear();
    line_ = 0;
  }
  return true;
}

bool AnswerStream::flush() {
  std::string_view left = out_;
  while (!left.empty()) {
    const ssize_t sent = transmit(left.data(), left.size());
    if (sent <= 0) return false;
    left.remove_prefix(static_cast<size_t>(sent));
  }
  out_.clear();
  return true;
}

ssize_t AnswerStream::write(const char* data, size_t size) {
  out_.append(data, size);
  if (out_.size() > kMaxGathered && !flush()) return -1;
  return static_cast<ssize_t>(size);
}

ssize_t AnswerStream::transmit(const char* data, size_t size) {
  if (!tls_) {
    ssize_t sent = 0;
    do {
      sent = ::send(socket_, data, size, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent;
  }
  if (!wait(POLLOUT)) return -1;
  for (;;) {
    const int sent = SSL_write(tls_, data, static_cast<int>(std::min<size_t>(size, 1u << 30)));
    if (sent > 0) return sent;
    const int why = SSL_get_error(tls_, sent);
    const bool again =
        (why == SSL_ERROR_WANT_WRITE && wait(POLLOUT)) || (why == SSL_ERROR_WANT_READ && wait(POLLIN));
    if (!again) return -1;
  }
}

}  // namespace restanza::webhook
