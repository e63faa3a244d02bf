// SPDX-License-Identifier: MIT
// A front on a free port, with a route whose handler the test writes, and one whose requests wait for the
// test.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "http_front/front.h"
#include "raw_client.h"

namespace restanza {

constexpr std::chrono::seconds kDeadline{20};  // of every wait; a test that reaches it fails

// Things that happen on other threads, in their order.
template <class T>
class Arrivals {
 public:
  void add(T item) {
    const std::lock_guard<std::mutex> lock(mutex_);
    items_.push_back(std::move(item));
    come_.notify_all();
  }
  std::optional<T> next() {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!come_.wait_for(lock, kDeadline, [this] { return !items_.empty(); })) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    return item;
  }
  size_t count() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return items_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable come_;
  std::deque<T> items_;
};

struct Parked {
  host::ExchangeId id;
  host::HttpRequest request;
};

class CountingLog final : public Log {
 public:
  void write(Level level, std::string_view) override { warnings += level == Level::warn ? 1 : 0; }
  std::atomic<int> warnings{0};
};

class FrontFixture : private host::RouteLookup {
 public:
  using Handler = std::function<void(host::Front&, host::ExchangeId, const host::HttpRequest&)>;

  // `/now...` goes to the handler, `/park...` to `parked`, everything else to nobody.
  explicit FrontFixture(host::FrontSettings settings = {}, Handler handler = echo, uint64_t max_body = 1024,
                        bool stream_parked = false)
      : handler_(std::move(handler)),
        max_body_(max_body),
        stream_parked_(stream_parked),
        front(std::move(settings), *this, log_) {
    const auto bound = front.listen();
    if (bound) address = *bound;
    if (bound) port = static_cast<uint16_t>(std::atoi(bound->c_str() + bound->rfind(':') + 1));
    front.start();
  }
  ~FrontFixture() override { front.stop(); }

  int warnings() const { return log_.warnings; }

  // Answers with what it got: "POST /now?a=b hello".
  static void echo(host::Front& front, host::ExchangeId id, const host::HttpRequest& request) {
    const std::string mark = request.query.empty() ? "" : "?";
    front.respond(id, request.body_too_large ? 413 : 200, {{"Content-Type", "text/plain"}},
                  request.method + ' ' + request.path + mark + request.query + ' ' + request.body);
  }

 private:
  std::optional<host::MatchedRoute> find(std::string_view path, std::string_view) override {
    if (path.substr(0, 4) == "/now") {
      return host::MatchedRoute{max_body_, [this](host::ExchangeId id, const host::HttpRequest& request) {
                                  handler_(front, id, request);
                                }};
    }
    if (path.substr(0, 5) == "/park") {
      return host::MatchedRoute{max_body_,
                                [this](host::ExchangeId id, const host::HttpRequest& request) {
                                  parked.add({id, request});
                                },
                                stream_parked_};
    }
    return std::nullopt;
  }

  CountingLog log_;
  const Handler handler_;
  const uint64_t max_body_;
  const bool stream_parked_;

 public:
  Arrivals<Parked> parked;
  std::string address;  // all of them, as listen() gives them
  uint16_t port = 0;    // of the last one, if it has one
  host::Front front;
};

inline std::string get(const std::string& target, const std::string& headers = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

inline std::string post(const std::string& target, const std::string& body, const std::string& headers = {}) {
  return "POST " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// A client whose first request got 200. One that sends it later than a short idle time allows is closed, and
// another one tries, five at most; then there is none.
template <class Client = RawClient>
std::unique_ptr<Client> served_client(uint16_t port, const std::string& request) {
  for (int tries = 0; tries < 5; ++tries) {
    auto client = std::make_unique<Client>(port);
    if (client->exchange(request).status == 200) return client;
  }
  return nullptr;
}

}  // namespace restanza
