// SPDX-License-Identifier: GPL-3.0-or-later
#include "http_front/content_server.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "http_front/content_coding.h"
#include "http_front/memory_pressure.h"

namespace restanza::host {
namespace {

// What httplib reads is the request below; what it writes nobody sees, because the answer goes through the
// exchange, perhaps much later.
class RequestStream final : public httplib::Stream {
 public:
  explicit RequestStream(std::string bytes) : bytes_(std::move(bytes)) {}

  bool is_readable() const override { return used_ < bytes_.size(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, size_t size) override {
    const size_t taken = std::min(size, bytes_.size() - used_);
    std::memcpy(to, bytes_.data() + used_, taken);
    used_ += taken;
    return static_cast<ssize_t>(taken);
  }
  ssize_t write(const char*, size_t size) override { return static_cast<ssize_t>(size); }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

 private:
  const std::string bytes_;
  size_t used_ = 0;
};

// Always a POST: that is a method for which httplib reads a body.
std::string shown(const std::string& body, ContentCoding coding) {
  std::string out = "POST / HTTP/1.1\r\nContent-Encoding: ";
  out.append(name_of(coding)).append("\r\nContent-Length: ").append(std::to_string(body.size()));
  return out.append("\r\n\r\n").append(body);
}

ContentServer::Outcome call(const ReadyRequest& ready) {
  try {
    const MayBeGivenUp scope;
    ready.route.handle(ready.id, ready.request);
    return ContentServer::Outcome::handled;
  } catch (...) {
    return ContentServer::Outcome::threw;
  }
}

struct Serving {
  ReadyRequest& ready;
  const ContentCoding coding;
  const std::string encoded;
  ContentServer::Outcome outcome = ContentServer::Outcome::undecodable;
};

// httplib hands nothing of ours to its handlers.
thread_local Serving* serving = nullptr;

void handle(const httplib::Request&, httplib::Response&, const httplib::ContentReader& content) {
  HttpRequest& request = serving->ready.request;
  const uint64_t limit = serving->ready.route.max_body;
  std::string body;
  const bool read = content([&](const char* data, size_t size) {
    request.body_too_large = size > limit - body.size();
    if (!request.body_too_large) body.append(data, size);
    return !request.body_too_large;
  });
  if (!request.body_too_large && (!read || !is_whole(serving->coding, serving->encoded, body))) return;
  if (request.body_too_large) {
    body.clear();
    serving->ready.exchange->close_after_answer();
  }
  request.body = std::move(body);
  serving->outcome = call(serving->ready);
}

}  // namespace

ContentServer::ContentServer() {
  Post("/", httplib::Server::HandlerWithContentReader(handle));
}

ContentServer::Outcome ContentServer::serve(ReadyRequest& ready) {
  if (ready.request.body.empty()) return call(ready);
  const ContentCoding coding = content_coding(ready.request.headers);
  if (coding == ContentCoding::identity) return call(ready);
  if (coding == ContentCoding::unknown) return Outcome::unknown_coding;
  Serving current{ready, coding, std::exchange(ready.request.body, {})};
  RequestStream stream(shown(current.encoded, coding));
  serving = &current;
  process(&ContentServer::process_request, stream);
  serving = nullptr;
  return current.outcome;
}

void ContentServer::process(Process function, httplib::Stream& stream) {
  bool closed = false;
  (this->*function)(stream, true, closed, nullptr);
}

void ContentServer::process(ProcessWithAddresses function, httplib::Stream& stream) {
  bool closed = false;
  (this->*function)(stream, "", 0, "", 0, true, closed, nullptr);
}

}  // namespace restanza::host
