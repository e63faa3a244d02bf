// SPDX-License-Identifier: MIT
// An endpoint without a network, for the tests of what stands above a transport: it is asked with the text of
// a request and answers with the text of an answer. Any thread; outlives whoever uses it.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/str.h"
#include "unit/webhook/responses.h"
#include "webhook/request/retry_after.h"
#include "webhook/request/transport.h"

namespace restanza::webhook {

// What an answer of this text tells, as `response` writes them; none where it is empty.
inline Outcome outcome_of(const std::string& answer, size_t max_answer) {
  Outcome outcome;
  const size_t end = answer.find("\r\n\r\n");
  if (end == std::string::npos) return outcome;
  outcome.end = Outcome::End::answered;
  outcome.status = std::stoi(answer.substr(std::string_view("HTTP/1.1 ").size(), 3));
  outcome.body = answer.substr(end + 4);
  outcome.truncated = outcome.body.size() > max_answer;
  outcome.body.resize(std::min(outcome.body.size(), max_answer));
  for (const std::string_view line : split(std::string_view(answer).substr(0, end), '\n')) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon), value = trim(line.substr(colon + 1));
    if (ascii_equal(name, "Content-Type")) outcome.content_type = value;
    if (ascii_equal(name, "Accept")) outcome.accept.append(outcome.accept.empty() ? "" : ", ").append(value);
    if (ascii_equal(name, "Retry-After")) {
      outcome.retry_after = parse_retry_after(value, std::chrono::system_clock::now());
    }
  }
  return outcome;
}

// To a host that nobody knows.
class Nobody final : public Transport {
 public:
  Outcome post(const Post&, std::chrono::milliseconds) override { return {}; }
  Outcome options(const std::string&, std::chrono::milliseconds) override { return {}; }
  void abort() override {}
};

class MemoryEndpoint {
 public:
  // Runs on the threads that ask. An empty answer is a connection that breaks, and these two are none.
  static inline const std::string kLate = "late";            // as if all the time had passed
  static inline const std::string kUntilAborted = "silent";  // nothing, until whoever asks is told to stop
  using Respond = std::function<std::string(const std::string& request)>;

  explicit MemoryEndpoint(Respond respond) : respond_(std::move(respond)) {}
  MemoryEndpoint(const MemoryEndpoint&) = delete;
  MemoryEndpoint& operator=(const MemoryEndpoint&) = delete;

  // Leaves the OPTIONS request that comes first to itself, and says nothing by it.
  static Respond each_request(Respond respond) {
    return [respond = std::move(respond)](const std::string& request) {
      return is_probe(request) ? response(200) : respond(request);
    };
  }

  std::string host() const { return host_; }  // nobody else's
  std::string url(const std::string& target = "/stanzas") const { return "http://" + host_ + target; }
  size_t connections() const { return connections_; }
  // How long each request was given, in their order.
  std::vector<std::chrono::milliseconds> given() { return given_.now(); }

  MakeTransport make_transport() {
    return [this](const Url&, const Settings& settings, Timer&) {
      return std::make_unique<Connected>(*this, settings.max_answer);
    };
  }

 private:
  class Connected final : public Transport {
   public:
    Connected(MemoryEndpoint& endpoint, size_t max_answer) : endpoint_(endpoint), max_answer_(max_answer) {}

    Outcome post(const Post& post, std::chrono::milliseconds within) override {
      std::string request =
          "POST " + post.target + " HTTP/1.1\r\nContent-Type: " + post.content_type + "\r\n";
      if (!post.language.empty()) request += "Content-Language: " + post.language + "\r\n";
      for (const auto& [name, value] : post.headers) request.append(name + ": ").append(value + "\r\n");
      return ask(request + "\r\n" + post.body, within);
    }
    Outcome options(const std::string& target, std::chrono::milliseconds within) override {
      return ask("OPTIONS " + target + " HTTP/1.1\r\n\r\n", within);
    }
    void abort() override {
      aborted_ = true;
      told_.open();
    }

   private:
    Outcome ask(const std::string& request, std::chrono::milliseconds within) {
      Outcome outcome;
      outcome.end = Outcome::End::aborted;
      if (aborted_) return outcome;
      if (!std::exchange(connected_, true)) ++endpoint_.connections_;
      endpoint_.given_.add(within);
      const std::string answer = endpoint_.respond_(request);
      if (answer == kUntilAborted && told_.pass()) return outcome;
      if (answer != kLate) return outcome_of(answer, max_answer_);
      outcome.end = Outcome::End::timeout;
      return outcome;
    }

    MemoryEndpoint& endpoint_;
    const size_t max_answer_;
    bool connected_ = false;
    std::atomic<bool> aborted_{false};
    Door told_;
  };

  static std::string new_host() {
    static std::atomic<int> count{0};
    return "bot" + std::to_string(++count) + ".example";
  }

  const Respond respond_;
  const std::string host_ = new_host();
  std::atomic<size_t> connections_{0};
  Collected<std::chrono::milliseconds> given_;
};

}  // namespace restanza::webhook
