// SPDX-License-Identifier: MIT
// All resources as one set of settings makes them. New settings make a new set; requests that are under way
// end with the one that they began with. Immutable after it is made, any thread.
#pragma once

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "rest/access/credentials.h"
#include "rest/resources/deliveries.h"
#include "rest/resources/endpoints.h"
#include "rest/resources/events.h"
#include "rest/resources/idempotency_keys.h"
#include "rest/resources/stanzas.h"
#include "rest/resources/status.h"
#include "rest/resources/traffic_stream.h"
#include "rest/resources/updates.h"
#include "rest/routing/router.h"
#include "rest/sending/batch/batches.h"
#include "rest/sending/idempotency.h"
#include "rest/sending/iqs.h"

namespace restanza::rest {

// What the resources need of the other parts of the plugin. Every set of resources gets the same one, which
// is made with the plugin. So what follows from these members, such as the time of the start from the clock,
// can be one more member with its value here. All that it refers to outlives the resources.
struct ResourceDependencies {
  iq::ReplyTable& replies;
  iq::ArchiveQueries& archives;
  xmpp::StanzaSink& sink;
  journal::Journal& journal;
  subscription::KeptDeliveries& kept;
  webhook::Dispatcher& webhook;
  feed::Consumers& consumers;
  Tickets& tickets;
  traffic::Ring& traffic;
  const traffic::Recorder& recorder;
  Accounts& accounts;
  Metrics& metrics;
  const Clock& clock;
  Timer& timer;
  Log& log;
  std::function<bool()> link_up;
  std::shared_ptr<OpenBatches> batches = std::make_shared<OpenBatches>();
};

class Resources {
 public:
  struct Settings {
    Credentials::Settings credentials;
    Iqs::Settings iqs;
    mapping::Options mapping;
    std::vector<std::string> cors_origins{"*"};
    bool metrics_public = false;
    size_t max_body = 192 * 1024;  // bytes of one stanza in a batch
  };

  Resources(Settings settings, const ResourceDependencies& deps)
      : credentials(std::move(settings.credentials), deps.accounts, deps.clock, deps.timer, deps.log),
        iqs(settings.iqs, deps.replies, deps.archives, deps.sink),
        idempotency(deps.journal, deps.log),
        batches({credentials, iqs, deps.consumers, deps.sink, deps.clock, deps.timer, deps.log, deps.batches,
                 settings.mapping, settings.max_body},
                idempotency),
        all_(all(settings, deps)),
        router(routes(), credentials, deps.tickets, deps.metrics, deps.clock, settings.cors_origins) {}
  Resources(const Resources&) = delete;
  Resources& operator=(const Resources&) = delete;

  const Credentials credentials;
  const Iqs iqs;
  const Idempotency idempotency;
  const Batches batches;

 private:
  using All = std::vector<std::unique_ptr<const Resource>>;

  // One line for each resource.
  All all(const Settings& settings, const ResourceDependencies& deps) const {
    All made;
    const auto add = [&made](auto resource) { made.push_back(std::move(resource)); };
    add(std::make_unique<Stanzas>(settings.mapping, credentials, idempotency, iqs, batches, deps.consumers,
                                  deps.sink, deps.log));
    add(std::make_unique<Deliveries>(deps.journal, deps.kept, deps.webhook, deps.consumers, deps.clock,
                                     deps.log));
    add(std::make_unique<Updates>(deps.consumers, settings.mapping, deps.clock, deps.log));
    add(std::make_unique<Events>(Events::Dependencies{deps.consumers, credentials, deps.tickets,
                                                      settings.mapping, deps.clock, deps.log}));
    add(std::make_unique<TrafficStream>(deps.consumers, deps.traffic, deps.recorder, settings.mapping,
                                        deps.clock));
    add(std::make_unique<Endpoints>(deps.webhook, deps.log));
    add(std::make_unique<IdempotencyKeys>(deps.journal, deps.log));
    add(std::make_unique<Status>(deps.metrics, deps.link_up, settings.metrics_public));
    return made;
  }
  Routes routes() const {
    Routes rows;
    for (const auto& each : all_) {
      Routes own = each->routes();
      std::move(own.begin(), own.end(), std::back_inserter(rows));
    }
    return rows;
  }

  const All all_;

 public:
  const Router router;  // last: its routes' handlers are the resources'
};

}  // namespace restanza::rest
