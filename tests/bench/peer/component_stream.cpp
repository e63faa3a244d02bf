// SPDX-License-Identifier: MIT
// Stanzas are recognized by their tags' text, which is enough for what restanza-host and servers write and
// costs next to nothing. Threads and owners as component_stream.h says.
#include "peer/component_stream.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/sha.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace restanza::bench {
namespace {

constexpr size_t kReadBytes = 1 << 18;
constexpr std::string_view kMessageEnd = "</message>";
constexpr std::string_view kIq = "<iq ";

void prepare(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

std::string sha1_hex(const std::string& text) {
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

// The value of an attribute within a start tag, as it is written; empty where it is missing.
std::string_view attribute(std::string_view tag, std::string_view name) {
  size_t at = 0;
  while ((at = tag.find(name, at)) != std::string_view::npos) {
    const size_t quote = at + name.size() + 1;
    if (tag[at - 1] == ' ' && quote < tag.size() && tag[quote - 1] == '=') {
      const size_t end = tag.find(tag[quote], quote + 1);
      return tag.substr(quote + 1, end - quote - 1);
    }
    at += name.size();
  }
  return {};
}

size_t count(std::string_view text, std::string_view what) {
  size_t found = 0;
  for (size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size()))
    ++found;
  return found;
}

}  // namespace

ComponentStream::ComponentStream(int socket) : socket_(socket) {
  prepare(socket);
}

ComponentStream::ComponentStream(ComponentStream&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      unsent_(std::move(other.unsent_)),
      unsent_from_(other.unsent_from_),
      keep_iqs_(other.keep_iqs_),
      kept_(std::move(other.kept_)),
      tail_(std::move(other.tail_)),
      messages_(other.messages_) {}

ComponentStream::~ComponentStream() {
  if (socket_ >= 0) close(socket_);
}

std::string ComponentStream::read_until(std::string_view end) {
  std::string text;
  while (text.find(end) == std::string::npos) {
    char buffer[4096];
    const ssize_t got = read(socket_, buffer, sizeof buffer);
    if (got <= 0) throw std::runtime_error("the login failed: " + text);
    text.append(buffer, static_cast<size_t>(got));
  }
  return text;
}

ComponentStream ComponentStream::accepted(int listener) {
  ComponentStream stream(accept(listener, nullptr, nullptr));
  const std::string header = stream.read_until("to=");
  stream.send(
      "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
      "xmlns:stream='http://etherx.jabber.org/streams' from='rest.localhost' id='stream-1'>");
  stream.read_until("</handshake>");
  stream.send("<handshake/>");
  fcntl(stream.socket_, F_SETFL, O_NONBLOCK);
  return stream;
}

ComponentStream ComponentStream::connected(uint16_t port, const std::string& domain,
                                           const std::string& secret) {
  ComponentStream stream(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(stream.socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("nobody listens");
  }
  stream.send(
      "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='" +
      domain + "'>");
  const std::string text = stream.read_until("id=");
  std::string header = text.substr(text.find("<stream:stream"));
  if (header.find('>') == std::string::npos) header += stream.read_until(">");
  stream.send("<handshake>" + sha1_hex(std::string(attribute(header, "id")) + secret) + "</handshake>");
  stream.read_until("<handshake");
  fcntl(stream.socket_, F_SETFL, O_NONBLOCK);
  return stream;
}

bool ComponentStream::receive() {
  static std::string buffer(kReadBytes, '\0');
  const ssize_t got = read(socket_, buffer.data(), buffer.size());
  if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
  const std::string_view text(buffer.data(), static_cast<size_t>(got));
  if (keep_iqs_) kept_ += text;
  const std::string seam = tail_ + std::string(text.substr(0, kMessageEnd.size() - 1));
  messages_ += count(seam, kMessageEnd) + count(text, kMessageEnd);
  const std::string_view end = text.size() < kMessageEnd.size() ? std::string_view(seam) : text;
  tail_ = end.substr(end.size() - std::min(end.size(), kMessageEnd.size() - 1));
  return true;
}

void ComponentStream::send(std::string_view text) {
  unsent_ += text;
  flush();
}

void ComponentStream::flush() {
  while (has_unsent()) {
    const ssize_t sent =
        ::send(socket_, unsent_.data() + unsent_from_, unsent_.size() - unsent_from_, MSG_NOSIGNAL);
    if (sent <= 0) return;
    unsent_from_ += static_cast<size_t>(sent);
  }
  unsent_.clear();
  unsent_from_ = 0;
}

size_t ComponentStream::kept_iqs() const {
  return count(kept_, kIq);
}

void ComponentStream::answer_kept_iqs() {
  const std::string_view text = kept_;
  std::string answers;
  for (size_t at = text.find(kIq); at != std::string_view::npos; at = text.find(kIq, at + 1)) {
    const std::string_view tag = text.substr(at, text.find('>', at) - at);
    answers.append("<iq type='result' id='").append(attribute(tag, "id")).append("' to='");
    answers.append(attribute(tag, "from")).append("' from='").append(attribute(tag, "to")).append("'/>");
  }
  kept_.clear();
  send(answers);
}

}  // namespace restanza::bench
