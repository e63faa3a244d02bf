// SPDX-License-Identifier: MIT
#include "webhook/posting.h"

#include <utility>

namespace restanza::webhook {

Posting::Posting(Settings its_settings, uint64_t pool_number, const World& world, EndpointMetrics& metrics,
                 const OpenAnswers& open, std::function<size_t()> waiting, Work work)
    : settings(std::move(its_settings)),
      number(pool_number),
      url(*Url::parse(settings.url)),
      signer(*Signer::make(settings.secrets)),
      settling(settings, world, metrics, open),
      health(title(), std::move(waiting), world.clock, world.log),
      negotiation(settings, title(), url, health, world.log),
      attempts(settings, url, signer, negotiation, world.clock, world.log),
      test_event(settings, url, signer, world.timer, world.clock, world.transports, world.log),
      pool(
          settings.name, settings.max_connections, world.transports.stack,
          [this, &world] { return world.transports.make(url, settings, world.timer); },
          [this, work = std::move(work)](Transport& transport, bool first) { work(*this, transport, first); },
          world.log) {}

void Posting::stop() {
  test_event.stop();
  pool.stop();
}

}  // namespace restanza::webhook
