// SPDX-License-Identifier: MIT
// Talks to one webhook over one connection that is kept alive; cpp-httplib's client stops here. Requests come
// from one thread, `abort` from any. Nothing is ever sent twice: what became of a request that broke after it
// was sent is unknown.
//
// Deadline: from connecting to the last byte. Only name resolution is bounded by the resolver's own settings.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/timer.h"
#include "http/request.h"
#include "webhook/outcome.h"
#include "webhook/settings.h"
#include "webhook/url.h"
#include "webhook/watchdog.h"

namespace httplib {
class ClientImpl;
struct Request;
}  // namespace httplib

namespace restanza::webhook {

struct Connecting;

struct Post {
  std::string target;
  std::string content_type;
  std::string language;  // empty where unknown
  std::string body;
  std::vector<http::Header> headers = {};  // besides these; checked by whoever makes them
};

class Sender {
 public:
  // The timer must outlive the sender.
  Sender(const Url& url, const Settings& settings, Timer& timer);
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  // Within the endpoint's timeout, or a shorter time.
  Outcome post(const Post& post) { return this->post(post, settings_.timeout); }
  Outcome post(const Post& post, std::chrono::milliseconds within);
  Outcome options(const std::string& target, std::chrono::milliseconds within);
  void abort();  // ends the running request, and later ones before they begin

 private:
  Outcome send(httplib::Request& request, std::chrono::milliseconds within);

  const Settings settings_;
  const std::string authorization_;
  const std::shared_ptr<Watchdog> watchdog_;
  const std::unique_ptr<Connecting> connecting_;
  const std::unique_ptr<httplib::ClientImpl> client_;
};

}  // namespace restanza::webhook
