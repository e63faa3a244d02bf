// SPDX-License-Identifier: MIT
// A sink that keeps what is sent, and says what the test tells it to say. Any thread.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "xmpp/stanza_sink.h"

namespace restanza {

class MemorySink final : public xmpp::StanzaSink {
 public:
  xmpp::Sent send(const xmpp::Stanza& stanza, std::function<void()> writable) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (verdict_ == xmpp::Sent::ok) sent_.push_back(stanza);
    if (verdict_ == xmpp::Sent::would_block && writable) waiting_.push_back(std::move(writable));
    return verdict_;
  }

  void say(xmpp::Sent verdict) {
    const std::lock_guard<std::mutex> lock(mutex_);
    verdict_ = verdict;
  }
  std::vector<xmpp::Stanza> sent() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return sent_;
  }
  size_t waiting() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return waiting_.size();
  }
  // There is room again; or nobody will ever say so.
  void writable() {
    for (const auto& told : take()) told();
  }
  void drop() { take(); }

 private:
  std::vector<std::function<void()>> take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(waiting_, {});
  }

  mutable std::mutex mutex_;
  xmpp::Sent verdict_ = xmpp::Sent::ok;
  std::vector<xmpp::Stanza> sent_;
  std::vector<std::function<void()>> waiting_;
};

}  // namespace restanza
