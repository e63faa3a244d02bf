// SPDX-License-Identifier: MIT
// How one endpoint is posted to by its settings as they stand: the threads, their connections, signatures and
// formats. New settings make another one; the earlier one ends what it has begun. Any thread. Owns its parts;
// the endpoint outlives it and owns what waits.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "subscription/health.h"
#include "webhook/endpoint_dependencies.h"
#include "webhook/endpoint_metrics.h"
#include "webhook/request/attempts.h"
#include "webhook/request/negotiation.h"
#include "webhook/request/test_event.h"
#include "webhook/request/transport.h"
#include "webhook/settings/settings.h"
#include "webhook/settings/signature.h"
#include "webhook/settings/url.h"
#include "webhook/settling.h"
#include "webhook/thread_pool.h"

namespace restanza::webhook {

struct Posting {
  using Work = std::function<void(Posting& posting, Transport& transport, bool first)>;

  // The settings have passed `check`. `pool_number` is the lanes' for its threads; `waiting` says how many
  // stanzas wait; `work` is what each thread does. The others outlive this.
  Posting(Settings its_settings, uint64_t pool_number, const EndpointDependencies& deps,
          EndpointMetrics& metrics, const OpenAnswers& open, std::function<size_t()> waiting, Work work);
  Posting(const Posting&) = delete;
  Posting& operator=(const Posting&) = delete;

  void abort() { pool.abort(); }
  void stop();  // the same, and waits for the threads

  // No thread is left, and no request.
  bool ended() const { return pool.ended() && test_event.ended(); }

  // As the log names it, by what people wrote in the settings.
  std::string title() const { return "endpoint '" + settings.name + "' (" + url.origin() + ")"; }

  std::atomic<bool> replaced{false};  // other settings have taken its place, for good
  const Settings settings;
  const uint64_t number;
  const Url url;
  const Signer signer;
  Settling settling;
  subscription::Health health;
  Negotiation negotiation;
  Attempts attempts;
  TestEvent test_event;
  ThreadPool pool;  // the last to come and the first to go: its threads use all the others
};

}  // namespace restanza::webhook
