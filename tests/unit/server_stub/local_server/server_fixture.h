// SPDX-License-Identifier: MIT
// A running embedded server with alice and bob, and a plugin's hooks that write down what they are offered.
// The test's thread; hooks are called on the server's and wait for nobody.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include "local_server/local_server.h"
#include "raw_client.h"
#include "support/catch.h"

namespace restanza {

class QuietLog final : public Log {
 public:
  void write(Level, std::string_view) override {}
};

class Hooks final : public host::Inbound {
 public:
  using After = std::function<void(xmpp::Stanza, host::Offer)>;

  explicit Hooks(host::Offer verdict = host::Offer::taken) : verdict_(verdict) {}

  void offer(xmpp::Stanza stanza, bool injected, After after) override {
    bool hold = false;
    host::Offer verdict;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      offered_.push_back((injected ? "injected " : "") + stanza.xml);
      hold = hold_;
      verdict = verdict_;
      if (hold) held_.emplace_back(stanza, after);
      changed_.notify_all();
    }
    if (!hold) after(std::move(stanza), verdict);
  }

  // What was offered next: its text, after "injected " where the plugin itself had sent it.
  std::string next() {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::milliseconds(kDeadlineMs),
                           [this] { return !offered_.empty(); })) {
      return "nothing was offered";
    }
    std::string first = offered_.front();
    offered_.pop_front();
    return first;
  }

  size_t offered() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return offered_.size();
  }

  void decide(host::Offer verdict) {
    const std::lock_guard<std::mutex> lock(mutex_);
    verdict_ = verdict;
  }

  void hold(bool on) {
    const std::lock_guard<std::mutex> lock(mutex_);
    hold_ = on;
  }

  // Returns what is held; on the link's thread.
  void release(host::Link& link, host::Offer verdict) {
    link.post([this, verdict] {
      std::deque<std::pair<xmpp::Stanza, After>> held;
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        held.swap(held_);
      }
      for (auto& one : held) one.second(std::move(one.first), verdict);
    });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  host::Offer verdict_;
  bool hold_ = false;
  std::deque<std::string> offered_;
  std::deque<std::pair<xmpp::Stanza, After>> held_;
};

// One event between threads, awaited with a deadline.
template <class T>
class Event {
 public:
  void set(T value) {
    const std::lock_guard<std::mutex> lock(mutex_);  // until the end: the waiter may destroy this
    values_.push_back(std::move(value));
    changed_.notify_all();
  }
  T wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    // No assertion: the server's thread waits here too, and Catch2 is for the test's only.
    if (!changed_.wait_for(lock, std::chrono::milliseconds(kDeadlineMs),
                           [this] { return !values_.empty(); })) {
      throw std::runtime_error("the event did not come");
    }
    T first = std::move(values_.front());
    values_.pop_front();
    return first;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> values_;
};

struct ServerFixture {
  explicit ServerFixture(const std::function<void(host::LocalSettings&)>& change = {}) {
    host::LocalSettings settings;
    settings.port = 0;
    settings.accounts = {{"alice", "wonder"}, {"bob", "builder"}};
    if (change) change(settings);
    auto created = host::LocalServer::create(std::move(settings), log, clock);
    REQUIRE(created.ok());
    server = std::move(*created);
    const auto listening = server->listen();
    REQUIRE(listening.ok());
    address = *listening;
    server->start();
  }

  std::unique_ptr<RawClient> connect() const { return std::make_unique<RawClient>(address); }

  // Logged in, without presence.
  std::unique_ptr<RawClient> login(const std::string& full) const {
    auto client = connect();
    const std::string node = full.substr(0, full.find('@'));
    REQUIRE(client->login(node, node == "alice" ? "wonder" : "builder", full.substr(full.find('/') + 1)) ==
            full);
    return client;
  }

  // Logged in and available, having read its own presence.
  std::unique_ptr<RawClient> present(const std::string& full, const std::string& priority = "0") const {
    auto client = login(full);
    client->send("<presence><priority>" + priority + "</priority></presence>");
    while (client->next().find("from='" + full + "'") == std::string::npos) {
    }
    return client;
  }

  QuietLog log;
  SystemClock clock;
  std::unique_ptr<host::LocalServer> server;
  std::string address;
};

inline xmpp::Stanza stanza_of(const std::string& xml) {
  auto parsed = xmpp::parse_stanza(xml);
  REQUIRE(parsed.ok());
  return std::move(*parsed);
}

}  // namespace restanza
