// SPDX-License-Identifier: MIT
// A link whose thread is the test: it keeps what is sent, and posted work runs when the test says so.
#pragma once

#include <deque>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include "link/xmpp_link.h"

namespace restanza::host {

// `verdict` is what it says to a stanza.
class PlayedLink final : public Link {
 public:
  xp_status send(xmpp::Stanza stanza, std::function<void()> writable) override {
    if (verdict == XP_OK) sent.push_back(stanza.xml);
    if (verdict == XP_WOULD_BLOCK) waiting = std::move(writable);
    last = std::move(stanza);
    return verdict;
  }
  void post(std::function<void()> work) override {
    if (no_memory) throw std::bad_alloc();
    posted.push_back(std::move(work));
  }
  bool up() const override { return is_up; }
  uint64_t max_stanza() const override { return 100; }
  void close(std::chrono::milliseconds, std::function<void(size_t)> done) override { done(0); }
  void run() {
    while (!posted.empty()) {
      const auto work = std::move(posted.front());
      posted.pop_front();
      work();
    }
  }

  xp_status verdict = XP_OK;
  bool is_up = true;
  bool no_memory = false;
  std::vector<std::string> sent;
  xmpp::Stanza last;  // that it was asked to take
  std::function<void()> waiting;
  std::deque<std::function<void()>> posted;
};

}  // namespace restanza::host
