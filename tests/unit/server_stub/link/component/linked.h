// SPDX-License-Identifier: MIT
// A component link with a server in the test's hand on the other side, hooks that write down what they are
// offered, and a log that can be waited for. Every wait has a deadline and fails the test when it passes.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "fake_server.h"
#include "link/component/component_link.h"
#include "support/stanza.h"

namespace restanza::host {

using test::stanza;

// Things that happened, in order; any thread adds, the test waits.
class Happenings {
 public:
  void add(std::string what) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      all_.push_back(std::move(what));
    }
    changed_.notify_all();
  }

  // The first one, not looked at yet, that has `part` in it; skips those before it.
  std::string next(const std::string& part = "") {
    std::unique_lock<std::mutex> lock(mutex_);
    std::string found;
    const bool in_time = changed_.wait_for(lock, std::chrono::seconds(10), [&] {
      while (!all_.empty()) {
        found = std::move(all_.front());
        all_.pop_front();
        if (found.find(part) != std::string::npos) return true;
      }
      return false;
    });
    if (!in_time) throw std::runtime_error("'" + part + "' did not happen in time");
    return found;
  }

  size_t waiting() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return all_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> all_;
};

class RecordingLog final : public Log {
 public:
  void write(Level level, std::string_view line) override {
    if (level != Level::debug) shown.add(std::string(line));
    lines.add(std::string(line));
  }
  Happenings lines;
  Happenings shown;  // without those for debugging
};

class RecordingHooks final : public Inbound {
 public:
  void offer(xmpp::Stanza stanza, bool injected, std::function<void(xmpp::Stanza, Offer)> after) override {
    seen.add((injected ? "injected " : "") + stanza.xml);
    after(std::move(stanza), verdict);
  }
  bool has_enough() override { return enough; }
  Happenings seen;
  std::atomic<Offer> verdict{Offer::taken};
  std::atomic<bool> enough{false};
};

inline std::string message(const std::string& id, const std::string& body = "hello") {
  return "<message from='bot@rest.localhost' to='alice@localhost' id='" + id + "'><body>" + body +
         "</body></message>";
}

struct Linked {
  explicit Linked(const std::function<void(ComponentSettings&)>& change = nullptr) {
    settings.port = server.port();
    settings.domain = "rest.localhost";
    settings.secret = kSecret;
    settings.first_retry = std::chrono::milliseconds(2);
    settings.longest_retry = std::chrono::milliseconds(50);
    if (change) change(settings);
    link = std::make_unique<ComponentLink>(
        settings, hooks, log, clock,
        ComponentEvents{[this] { events.add("ready"); }, [this] { events.add("refused"); }});
  }

  Peer logged_in() {
    Peer peer = server.accept_login();
    log.lines.next("is logged in");
    return peer;
  }

  xp_status send(const std::string& xml, std::function<void()> writable = nullptr) {
    return link->send(stanza(xml), std::move(writable));
  }

  std::future<size_t> close(std::chrono::milliseconds within = std::chrono::seconds(10)) {
    auto unsent = std::make_shared<std::promise<size_t>>();
    link->close(within, [unsent](size_t count) { unsent->set_value(count); });
    return unsent->get_future();
  }

  // The link's thread has been through everything that it was given before.
  void settle() {
    std::promise<void> there;
    link->post([&there] { there.set_value(); });
    there.get_future().wait();
  }

  FakeServer server;
  SystemClock clock;
  RecordingLog log;
  RecordingHooks hooks;
  Happenings events;
  ComponentSettings settings;
  std::unique_ptr<ComponentLink> link;
};

inline size_t value_of(std::future<size_t> future) {
  if (future.wait_for(std::chrono::seconds(10)) != std::future_status::ready) {
    throw std::runtime_error("the link did not end in time");
  }
  return future.get();
}

}  // namespace restanza::host
