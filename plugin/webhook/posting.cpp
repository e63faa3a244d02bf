// SPDX-License-Identifier: MIT
#include "webhook/posting.h"

#include <utility>

namespace restanza::webhook {

Posting::Posting(Settings its_settings, uint64_t pool_number, const EndpointDependencies& deps,
                 EndpointMetrics& metrics, const OpenAnswers& open, std::function<size_t()> waiting,
                 Work work)
    : settings(std::move(its_settings)),
      number(pool_number),
      url(*Url::parse(settings.url)),
      signer(*Signer::make(settings.secrets)),
      settling(settings, deps, metrics, open),
      health(title(), std::move(waiting), deps.clock, deps.log),
      negotiation(settings, title(), url, health, deps.log),
      attempts(settings, url, signer, deps.clock, deps.log),
      test_event(settings, url, signer, deps.timer, deps.clock, deps.transports, deps.log),
      pool(
          settings.name, settings.max_connections, deps.transports.stack,
          [this, &deps] { return deps.transports.make(url, settings, deps.timer); },
          [this, work = std::move(work)](Transport& transport, bool first) { work(*this, transport, first); },
          deps.log) {}

void Posting::stop() {
  test_event.stop();
  pool.stop();
}

}  // namespace restanza::webhook
