// SPDX-License-Identifier: MIT
#include "rest/access/late_refusals.h"

#include <atomic>

namespace restanza::rest {

void LateRefusals::add(std::chrono::milliseconds late, const Refusal& refusal,
                       const std::shared_ptr<AuthenticationCallback>& callback) {
  struct Client {
    std::atomic<bool> gone{false};
    std::atomic<OpenChecks::Id> id{0};
  };
  const auto client = std::make_shared<Client>();
  // Weak, because what waits keeps whatever holds these two.
  const std::weak_ptr<OpenChecks> weak = waiting_;
  callback->park([client, weak] {
    client->gone = true;
    if (const auto waiting = weak.lock()) waiting->take(client->id);
  });
  const OpenChecks::Id id = waiting_->open(callback);
  if (id == 0) return;
  // The client may have left between the parking and here: one of the two sees both facts.
  client->id = id;
  if (client->gone) waiting_->take(id);
  const auto tell = [weak, id, refusal] {
    if (const auto waiting = weak.lock()) waiting->end(id, refusal);
  };
  if (timer_.after(late, tell) == 0) tell();  // everything stops
}

}  // namespace restanza::rest
