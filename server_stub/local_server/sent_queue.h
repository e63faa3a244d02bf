// SPDX-License-Identifier: GPL-3.0-or-later
// What a plugin sent and the loop has yet to route, in order, with a limit on count and bytes. Any thread.
// Owns the stanzas and the callbacks of those who wait for room; calls nothing itself.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "xmpp/stanza.h"

namespace restanza::host::local {

class SentQueue {
 public:
  enum class Put { taken, full, ended };

  SentQueue(size_t stanzas, size_t bytes) : max_stanzas_(stanzas), max_bytes_(bytes) {}

  Put put(xmpp::Stanza&& stanza, std::function<void()>&& writable);

  struct Taken {
    std::vector<xmpp::Stanza> stanzas;
    std::vector<std::function<void()>> writable;  // whose callers find room now
    bool more = false;
  };
  Taken take(size_t most);

  // True: something waits that nobody routes, and the caller does from now on, until `take` leaves nothing.
  bool begin_routing();
  void give_up_routing();  // the caller cannot: whoever comes next begins

  size_t end();  // nothing is taken from now on, what waits is dropped; returns how much that was
  void refuse_new();
  size_t size() const;

 private:
  static constexpr size_t kMaxCallbacks = 10000;  // further callers try again by themselves

  const size_t max_stanzas_;
  const size_t max_bytes_;
  mutable std::mutex mutex_;
  std::deque<xmpp::Stanza> stanzas_;
  size_t bytes_ = 0;
  std::vector<std::function<void()>> writable_;
  bool routed_ = false;  // somebody does
  bool ended_ = false;
};

}  // namespace restanza::host::local
