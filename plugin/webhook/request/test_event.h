// SPDX-License-Identifier: MIT
// A test event to an endpoint, apart from its queue, so that its owner sees what it answers: also while it is
// paused. One at a time. `run` from any thread; `stop` once, at the end. Owns a thread while one runs.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "base/clock.h"
#include "base/large_stack_thread.h"
#include "base/timer.h"
#include "webhook/request/transport.h"
#include "webhook/settings/settings.h"
#include "webhook/settings/signature.h"
#include "webhook/settings/url.h"

namespace restanza::webhook {

class TestEvent {
 public:
  // All of them outlive it.
  TestEvent(const Settings& settings, const Url& url, const Signer& signer, Timer& timer, const Clock& clock,
            const Transports& transports, Log& log)
      : settings_(settings),
        url_(url),
        signer_(signer),
        timer_(timer),
        clock_(clock),
        transports_(transports),
        log_(log) {}
  ~TestEvent() { stop(); }

  // `then` runs on its thread. False: one is under way, or it is over.
  bool run(std::function<void(const Outcome&)> then);
  bool ended() const;  // none is under way
  void stop();

 private:
  Outcome post(Transport& transport) const;

  const Settings& settings_;
  const Url& url_;
  const Signer& signer_;
  Timer& timer_;
  const Clock& clock_;
  const Transports& transports_;
  Log& log_;
  mutable std::mutex mutex_;
  bool running_ = false;
  bool stopped_ = false;
  std::unique_ptr<Transport> transport_;
  LargeStackThread thread_;
};

}  // namespace restanza::webhook
