// SPDX-License-Identifier: MIT
// HTTP to one endpoint over one connection that is kept alive: cpp-httplib's client, by its public interface,
// which is used nowhere else.
//
// An endpoint may close a kept connection just as the next request comes. Then nothing is heard on it, and
// the request is made once more, at once and on a new connection. The new one is not forgiven anything.
//
// Deadline: from connecting to the last byte. Only name resolution is bounded by the resolver's own settings.
#pragma once

#include <memory>
#include <string>

#include "webhook/http/resolving.h"
#include "webhook/http/tls_session.h"
#include "webhook/http/watchdog.h"
#include "webhook/request/transport.h"

namespace httplib {
class Client;
struct Request;
}  // namespace httplib

namespace restanza::webhook {

// Bytes of stack that a thread needs which makes requests with it.
extern const size_t kTransportStack;

class HttpTransport final : public Transport {
 public:
  static constexpr size_t kMaxHead = 65536;  // bytes of an answer before its body, interim answers' as well
  static constexpr size_t kRawPerByte = 8;   // received for one byte of the body; chunks of 1 byte need 6

  // The timer must outlive the transport.
  HttpTransport(Url url, const Settings& settings, Timer& timer, Resolve resolve = webhook::resolve);
  ~HttpTransport() override;

  Outcome post(const Post& post, std::chrono::milliseconds within) override;
  Outcome options(const std::string& target, std::chrono::milliseconds within) override;
  void abort() override;

 private:
  Outcome send(httplib::Request& request, std::chrono::milliseconds within);
  struct Attempt {
    bool connected = true;
    std::string failure = {};  // empty where there is an answer
  };
  Attempt exchange(const httplib::Request& request, Instant until);
  bool is_reusable() const;
  bool broke_unheard() const;
  Attempt exchange_anew(const httplib::Request& request, Instant until);
  Attempt once(const httplib::Request& request);

  const Url url_;
  const Settings settings_;
  const Resolve resolve_;
  const std::shared_ptr<Watchdog> watchdog_;
  TlsSession session_;
  std::unique_ptr<httplib::Client> client_;
};

}  // namespace restanza::webhook
