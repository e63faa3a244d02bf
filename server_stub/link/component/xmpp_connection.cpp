// SPDX-License-Identifier: GPL-3.0-or-later
#include "link/component/xmpp_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace restanza::host {
namespace {

constexpr size_t kReadBytes = 65536;  // at once
constexpr size_t kBatch = 64;         // stanzas in one write
constexpr int kBatches = 16;          // before reading again

std::string said(int error) {
  return std::system_category().message(error);
}

void set_option(int socket, int level, int name, int value) {
  setsockopt(socket, level, name, &value, sizeof value);
}

void set_options(int socket) {
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT,
             static_cast<int>(XmppConnection::kUnacknowledged.count()));
}

}  // namespace

XmppConnection::XmppConnection(gloox::ConnectionDataHandler* handler, std::vector<Address> addresses,
                               ConnectionTimes times, xml::StreamLimits limits,
                               xml::StreamReader::Handlers elements, OutQueue& stanzas, const Clock& clock)
    : gloox::ConnectionBase(handler),
      addresses_(std::move(addresses)),
      times_(times),
      stanzas_(stanzas),
      clock_(clock),
      reader_(limits, std::move(elements)),
      buffer_(kReadBytes),
      connect_by_(clock.now()),
      last_write_(clock.now()) {}

XmppConnection::~XmppConnection() {
  close_socket();
}

gloox::ConnectionError XmppConnection::connect() {
  return connect_next() ? gloox::ConnNoError : gloox::ConnConnectionRefused;
}

bool XmppConnection::connect_next() {
  close_socket();
  while (next_address_ < addresses_.size()) {
    const Address& address = addresses_[next_address_++];
    socket_ = ::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_ >= 0) {
      set_options(socket_);
      // The kernel's own type for every kind of address.
      const auto* to = reinterpret_cast<const sockaddr*>(&address.bytes);
      if (::connect(socket_, to, address.size) == 0 || errno == EINPROGRESS) {
        m_state = gloox::StateConnecting;
        connect_by_ = clock_.now() + times_.connect;
        return true;
      }
    }
    connect_error_ = errno;
    why_ = said(connect_error_);
    close_socket();
  }
  return false;
}

void XmppConnection::finish_connect() {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
  connect_error_ = error;
  if (error == 0) {
    why_.clear();
    m_state = gloox::StateConnected;
    last_write_ = clock_.now();
    m_handler->handleConnect(this);
    return;
  }
  why_ = said(error);
  if (!connect_next()) fail(gloox::ConnConnectionRefused, why_);
}

short XmppConnection::wanted() const {
  if (m_state == gloox::StateConnecting) return POLLOUT;
  return more_ && !unwritable_ ? POLLIN | POLLOUT : POLLIN;
}

Instant XmppConnection::deadline() const {
  return m_state == gloox::StateConnecting ? connect_by_ : last_write_ + times_.ping_every;
}

void XmppConnection::pump(short events) {
  if (m_state == gloox::StateConnecting) {
    if (events != 0) {
      finish_connect();
    } else if (clock_.now() >= connect_by_) {
      connect_error_ = ETIMEDOUT;
      why_ = "no answer to the connection attempt";
      if (!connect_next()) fail(gloox::ConnConnectionRefused, why_);
    }
  }
  if (m_state != gloox::StateConnected) return;
  // Reading comes first: the reason for an end that makes writing fail may stand there.
  if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) read_some();
  if (m_state == gloox::StateConnected) ping_when_idle();
  if (m_state == gloox::StateConnected) write_some();
}

void XmppConnection::read_some() {
  const ssize_t got = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
  if (got == 0) return fail(gloox::ConnStreamClosed, "the server closed the connection");
  if (got < 0) {
    if (errno != EAGAIN && errno != EINTR) fail(gloox::ConnIoError, said(errno));
    return;
  }
  in_ += got;
  const auto fed = reader_.feed({buffer_.data(), static_cast<size_t>(got)});
  if (!fed && m_state == gloox::StateConnected) fail(gloox::ConnParseError, fed.error().text);
}

void XmppConnection::write_some() {
  more_ = false;
  for (int batch = 0; batch < kBatches && !unwritable_; ++batch) {
    if (!control_.empty() && !stanzas_.mid_stanza()) {
      const ssize_t sent = ::send(socket_, control_.data(), control_.size(), MSG_NOSIGNAL);
      if (!wrote(sent)) return;
      control_.erase(0, static_cast<size_t>(sent));
      continue;
    }
    if (!carrying_) return;
    iovec parts[kBatch];
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = stanzas_.gather(parts, kBatch);
    if (message.msg_iovlen == 0) return;
    const ssize_t sent = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
    if (!wrote(sent)) return;
    stanzas_.wrote(static_cast<size_t>(sent));
  }
  more_ = true;
}

bool XmppConnection::wrote(ssize_t result) {
  if (result >= 0) {
    out_ += result;
    last_write_ = clock_.now();
    return true;
  }
  if (errno == EAGAIN || errno == EINTR) {
    more_ = true;
  } else {
    unwritable_ = true;
  }
  return false;
}

void XmppConnection::ping_when_idle() {
  if (carrying_ && !ended_ && control_.empty() && !more_ && clock_.now() >= last_write_ + times_.ping_every) {
    control_ = " ";
  }
}

void XmppConnection::end_stream() {
  if (ended_) return;
  control_ += "</stream:stream>";
  ended_ = true;
  more_ = true;
}

bool XmppConnection::send(const std::string& data) {
  if (m_state != gloox::StateConnected || ended_) return false;
  control_ += data;
  return true;
}

// gloox hangs up, having said why with `send`: one try is what can be done without waiting.
void XmppConnection::disconnect() {
  if (m_state == gloox::StateConnected) {
    carrying_ = false;
    write_some();
  }
  close_socket();
}

void XmppConnection::fail(gloox::ConnectionError reason, const std::string& why) {
  why_ = why;
  close_socket();
  m_handler->handleDisconnect(this, reason);
}

void XmppConnection::close_socket() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  m_state = gloox::StateDisconnected;
  stanzas_.rewind();
}

gloox::ConnectionError XmppConnection::recv(int) {
  return gloox::ConnNotConnected;
}

gloox::ConnectionError XmppConnection::receive() {
  return gloox::ConnNotConnected;
}

void XmppConnection::getStatistics(long int& in, long int& out) {
  in = in_;
  out = out_;
}

gloox::ConnectionBase* XmppConnection::newInstance() const {
  return nullptr;
}

}  // namespace restanza::host
