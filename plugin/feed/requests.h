// SPDX-License-Identifier: MIT
// The iqs that wait for an answer of whoever reads a consumer's updates: who sent one gets an error in time
// where no answer is sent. Any thread; owns what waits. It goes once the timer has stopped or on its thread,
// and that answers nothing: `give_up` comes before.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/timer.h"
#include "xmpp/stanza.h"

namespace restanza::feed {

class Requests {
 public:
  static constexpr size_t kMax = 1000;

  // `late` runs on the timer's thread, for an iq whose time is up; no lock is held.
  using Late = std::function<void(const std::shared_ptr<const xmpp::Stanza>& iq, uint64_t number)>;
  Requests(Timer& timer, Late late) : timer_(timer), late_(std::move(late)) {}

  // False: there is no room. `number` names it.
  bool add(std::shared_ptr<const xmpp::Stanza> iq, uint64_t number, std::chrono::milliseconds time);

  // A stanza that is about to be sent: the number of the iq that it answers, which waits no longer; 0 where
  // it answers none.
  uint64_t answered_by(const xmpp::Stanza& sent);

  // Whether it is an answer that an iq waits for.
  bool waits_for(const xmpp::Stanza& answer) const;

  // All that wait, which wait no longer.
  std::vector<std::shared_ptr<const xmpp::Stanza>> give_up();

  size_t size() const;

 private:
  struct Waiting {
    std::shared_ptr<const xmpp::Stanza> iq;
    uint64_t number = 0;
    Timer::Id alarm = 0;
  };
  using All = std::multimap<std::string, Waiting>;  // by what its answer must have
  void end(const std::string& key, uint64_t number);

  Timer& timer_;
  const Late late_;
  mutable std::mutex mutex_;
  All all_;
};

}  // namespace restanza::feed
