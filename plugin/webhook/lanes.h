// SPDX-License-Identifier: MIT
// The stanzas that wait for a webhook: first in, first out within a conversation (sender and recipient,
// bare), never two of one conversation at once, and the conversations take turns. Bounded. Any thread;
// callbacks run without a lock held. Owns what waits.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "xmpp/stanza.h"

namespace restanza::webhook {

class Lanes {
 public:
  struct Limits {
    size_t stanzas;  // that wait; those at work do not count
    size_t bytes;    // of their texts together
  };
  struct Work {
    std::string lane;
    xmpp::Stanza stanza;
  };

  explicit Lanes(Limits limits) : limits_(limits) {}

  // False where the lanes are full, draining or closed; the stanza is then untouched.
  bool push(xmpp::Stanza&& stanza);

  // Waits for a stanza whose conversation is free; absent once closed. `finish` must follow.
  std::optional<Work> next();
  void finish(const Work& work);

  // Takes no more; `done` runs once, when nothing waits or is at work: here, or in the last `finish`.
  void drain(std::function<void()> done);

  // Takes no more, and `next` is absent from now on; what still waits is had from `rest`, with `finish` after
  // each as well.
  void close();
  std::optional<Work> rest();  // does not wait

  size_t waiting() const;

 private:
  struct Lane {
    std::deque<xmpp::Stanza> queue;
    bool at_work = false;
  };
  Work take();  // these two under the lock
  std::function<void()> done_if_idle();

  const Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable ready_changed_;
  std::unordered_map<std::string, Lane> lanes_;  // those with something waiting or at work
  std::deque<std::string> ready_;                // lanes that wait for their turn
  size_t waiting_ = 0;
  size_t bytes_ = 0;
  bool draining_ = false;
  bool closed_ = false;
  std::function<void()> done_;
};

}  // namespace restanza::webhook
