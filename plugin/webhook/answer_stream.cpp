// SPDX-License-Identifier: MIT
#include "webhook/answer_stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/str.h"

namespace restanza::webhook {
namespace {

constexpr size_t kBuffer = 4096;
constexpr size_t kMaxGathered = 65536;  // bytes; a longer body is sent as it comes

// The client skips a field line that ends in LF alone, and ends the head after it.
constexpr std::string_view kEndOfLine = "\n", kEndOfHead = "\n\r\n";

// Of a status line without its LF; 0 where it is none, or says what no answer can: nobody asked for 101.
uint64_t status_of(std::string_view line) {
  const std::string_view version = line.substr(0, 9);
  const bool status_line = line.size() >= 13 && line.find('\r') == line.size() - 1 &&
                           (version == "HTTP/1.1 " || version == "HTTP/1.0 ") &&
                           (line[12] == ' ' || line[12] == '\r');
  const uint64_t status = status_line ? parse_number(line.substr(9, 3)).value_or(0) : 0;
  return status >= 100 && status < 600 && status != 101 ? status : 0;
}

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
  return (!in_head_ && !buffer_.empty()) || (tls_ && SSL_pending(tls_) > 0) || wait(POLLIN);
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

ssize_t AnswerStream::receive_more() {
  std::array<char, kBuffer> piece;
  const size_t room = std::min(piece.size(), raw_left_);
  const ssize_t got = room == 0 ? -1 : receive(piece.data(), room);
  if (got <= 0) return got;
  buffer_.append(piece.data(), static_cast<size_t>(got));
  raw_left_ -= static_cast<size_t>(got);
  return got;
}

// Looks before it receives, so that what failed once fails again. All heads stay in the buffer, whose size is
// thus what they have together.
ssize_t AnswerStream::receive_head() {
  uint64_t status = 0;        // of the head at `read_at_`, once its first line is there
  size_t scanned = read_at_;  // what is looked for does not begin before
  for (;;) {
    const size_t found = buffer_.find(status == 0 ? kEndOfLine : kEndOfHead, scanned);
    if (status == 0 && std::min(found, buffer_.size()) - read_at_ > kMaxStatusLine) return -1;
    if (found == std::string::npos) {
      if (buffer_.size() >= kMaxHead) return -1;
      scanned = std::max(scanned + 2, buffer_.size()) - 2;  // an end of head may have begun
      const ssize_t got = receive_more();
      if (got <= 0) return got;
    } else if (status == 0) {
      status = status_of(std::string_view(buffer_).substr(read_at_, found - read_at_));
      if (status == 0) return -1;
      scanned = found;
    } else {
      const size_t end = found + kEndOfHead.size();
      if (end > kMaxHead) return -1;
      if (status >= 200) return 1;
      read_at_ = scanned = end;
      status = 0;
    }
  }
}

ssize_t AnswerStream::read(char* data, size_t size) {
  if (!flush()) return -1;
  const ssize_t ready = in_head_ ? receive_head() : buffer_.empty() ? receive_more() : 1;
  if (ready <= 0) return ready;
  in_head_ = false;
  const size_t taken = buffer_.copy(data, size, read_at_);
  read_at_ += taken;
  if (read_at_ == buffer_.size()) {
    buffer_.clear();
    read_at_ = 0;
  }
  return static_cast<ssize_t>(taken);
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
