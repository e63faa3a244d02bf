// SPDX-License-Identifier: MIT
#include "rest/late_refusals.h"

#include <atomic>

namespace restanza::rest {

void LateRefusals::add(std::chrono::milliseconds late, const Refusal& refusal,
                       const std::shared_ptr<Asker>& asker) {
  struct Client {
    std::atomic<bool> gone{false};
    std::atomic<OpenChecks::Id> id{0};
  };
  const auto client = std::make_shared<Client>();
  const auto leave = [client, waiting = waiting_] {
    client->gone = true;
    waiting->take(client->id);
  };
  asker->park(leave);
  const OpenChecks::Id id = waiting_->open(asker);
  if (id == 0) return;
  // The client may have left between the parking and here: one of the two sees both facts.
  client->id = id;
  if (client->gone) waiting_->take(id);
  const auto tell = [waiting = waiting_, id, refusal] { waiting->end(id, refusal); };
  if (timer_.after(late, tell) == 0) tell();  // everything stops
}

}  // namespace restanza::rest
