// SPDX-License-Identifier: MIT
// An XMPP client for tests: text out over a blocking socket, elements in, each wait with a deadline. One
// thread.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <deque>
#include <memory>
#include <string>

#include "base/str.h"
#include "support/catch.h"
#include "xml/stream_reader.h"
#include "xml/writer.h"

namespace restanza {

inline constexpr int kDeadlineMs = 20000;

class RawClient {
 public:
  explicit RawClient(const std::string& address) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<uint16_t>(*parse_number(address.substr(address.rfind(':') + 1))));
    sockaddr any;
    std::copy_n(reinterpret_cast<const char*>(&to), sizeof any, reinterpret_cast<char*>(&any));
    REQUIRE(connect(fd_, &any, sizeof any) == 0);
    xml::StreamLimits limits;
    limits.element_bytes = 10000000;
    xml::StreamReader::Handlers handlers;
    handlers.opened = [this](const xml::Document& header, const std::string&) {
      arrived_.push_back(xml::write(header.root()));
    };
    handlers.element = [this](xml::Document element) {
      arrived_.push_back(xml::write(element.root()));
      if (element.root().name() == "success") reader_->restart();
    };
    handlers.closed = [this] { arrived_.push_back("</stream:stream>"); };
    reader_ = std::make_unique<xml::StreamReader>(limits, handlers);
  }
  ~RawClient() { disconnect(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void disconnect() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

  void send(std::string_view text) { REQUIRE(try_send(text)); }
  // False: the server has closed the connection.
  bool try_send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      text.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }

  // What came: a stream's header, an element, "</stream:stream>", or "end" for the connection's end.
  std::string next() {
    while (arrived_.empty()) {
      pollfd waiting{fd_, POLLIN, 0};
      if (poll(&waiting, 1, kDeadlineMs) != 1) return "nothing came";
      char buffer[65536];
      const ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
      if (count <= 0) return "end";
      const auto fed = reader_->feed({buffer, static_cast<size_t>(count)});
      if (!fed) return "not XML: " + fed.error().text;
    }
    std::string first = arrived_.front();
    arrived_.pop_front();
    return first;
  }

  void open_stream(const std::string& attributes = "to='localhost' version='1.0'") {
    send(
        "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
        "xmlns:stream='http://etherx.jabber.org/streams' " +
        attributes + ">");
  }

  // Logs in with PLAIN; returns the bound address, or what came instead.
  std::string login(const std::string& name, const std::string& password, const std::string& resource) {
    open_stream();
    next();  // header
    next();  // features
    send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" +
         base64(std::string(1, '\0') + name + std::string(1, '\0') + password) + "</auth>");
    if (const std::string answer = next(); answer.find("<success") != 0) return answer;
    open_stream();
    next();
    next();
    return bind(resource);
  }

  std::string bind(const std::string& resource) {
    send("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>" +
         (resource.empty() ? "" : "<resource>" + resource + "</resource>") + "</bind></iq>");
    const std::string answer = next();
    const size_t from = answer.find("<jid>"), to = answer.find("</jid>");
    return to == std::string::npos ? answer : answer.substr(from + 5, to - from - 5);
  }

  // The answer comes after all that the server sent before: shows that nothing else did.
  bool nothing_came() {
    const std::string id = "sync" + std::to_string(++syncs_);
    send("<iq type='get' to='localhost' id='" + id + "'><ping xmlns='urn:xmpp:ping'/></iq>");
    const std::string answer = next();
    UNSCOPED_INFO("came: " << answer);
    return answer.find("<iq type='result' id='" + id + "'") == 0;
  }

 private:
  int fd_;
  std::unique_ptr<xml::StreamReader> reader_;
  std::deque<std::string> arrived_;
  unsigned syncs_ = 0;
};

}  // namespace restanza
