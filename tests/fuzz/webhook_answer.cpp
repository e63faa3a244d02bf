// SPDX-License-Identifier: MIT
// An endpoint that answers with any bytes. Input: what it sends once it is connected to, up to its end.
// The request ends by itself, with an answer within the limits or without one; what is taken from the answer
// is text for a log and a stanza, or is found out not to be.
//
// The endpoint is a thread on loopback; everything else happens on the caller's.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/large_stack_thread.h"
#include "fuzz/property.h"
#include "webhook/http/transports.h"
#include "webhook/request/negotiation.h"
#include "webhook/request/reply.h"
#include "webhook/request/retry_after.h"
#include "webhook/request/verdict.h"
#include "xml/gate.h"
#include "xmpp/stanza.h"

using namespace restanza;
using fuzz::must;
using webhook::Outcome;

namespace {

constexpr size_t kMaxAnswer = 2000;

// Sends what it is given to the next connection, then waits for its end.
class Endpoint {
 public:
  Endpoint() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    must(::bind(listener_, any, size) == 0 && ::listen(listener_, 16) == 0 &&
             ::getsockname(listener_, any, &size) == 0,
         "there is an endpoint");
    port_ = ntohs(address.sin_port);
    std::thread([this] { serve(); }).detach();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

  void answer_with(std::string_view bytes) {
    const std::lock_guard<std::mutex> lock(mutex_);
    bytes_ = bytes;
  }

 private:
  [[noreturn]] void serve() {
    for (;;) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) continue;
      std::string bytes;
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        bytes = bytes_;
      }
      // In one piece it fits into the socket's buffer, so nothing here waits for the client to read.
      if (!bytes.empty()) (void)::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      ::shutdown(connection, SHUT_WR);
      char rest[4096];
      while (::recv(connection, rest, sizeof rest, 0) > 0) continue;
      ::close(connection);
    }
  }

  const int listener_;
  uint16_t port_ = 0;
  std::mutex mutex_;
  std::string bytes_;
};

bool is_line(const std::string& text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
}

void check_outcome(const Outcome& outcome) {
  must(outcome.end == Outcome::End::answered || outcome.end == Outcome::End::unreachable,
       "a request ends by itself", outcome.detail);
  must(outcome.body.size() <= kMaxAnswer, "an answer is bounded");
  must(is_line(outcome.detail), "a reason is a line", outcome.detail);
  if (outcome.end == Outcome::End::unreachable) {
    must(!outcome.detail.empty(), "where there is no answer, there is a reason");
    return;
  }
  must(outcome.status >= 200 && outcome.status < 600, "a status is a final one");
  if (outcome.retry_after) {
    must(outcome.retry_after->count() >= 0 && *outcome.retry_after <= webhook::kMostRetryAfter,
         "patience has an end");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static auto& endpoint = *new Endpoint;  // its thread ends with the process
  static const SystemClock clock;
  static Timer timer(clock);

  endpoint.answer_with(fuzz::text_of(data, size));
  webhook::Settings settings;
  settings.url = endpoint.url();
  settings.domain = "rest.localhost";
  settings.max_answer = kMaxAnswer;
  settings.timeout = std::chrono::seconds(8);
  const auto url = webhook::Url::parse(settings.url);
  const auto transport = webhook::http_transports().make(*url, settings, timer);
  const auto stanza = xmpp::parse_stanza(
      "<iq from='alice@localhost/r' to='rest.localhost' id='1' type='get'><ping "
      "xmlns='urn:xmpp:ping'/></iq>");
  webhook::Post post;
  post.target = "/";
  post.content_type = "application/xmpp+xml";
  post.body = stanza->xml;
  Outcome outcome;
  LargeStackThread("fuzz", webhook::http_transports().stack, [&] {
    outcome = transport->post(post, settings.timeout);
  }).join();
  check_outcome(outcome);
  const webhook::Answer answer = webhook::answer_to(*stanza, outcome, {});
  must(answer.stanzas.size() == 1, "an iq gets one answer");
  must(is_line(answer.warning) && xml::representable(answer.warning), "a warning is a line", answer.warning);
  (void)webhook::verdict_of(outcome);
  (void)webhook::format_for(outcome.accept, mapping::Format::xml);
  return 0;
}
