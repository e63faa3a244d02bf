// SPDX-License-Identifier: MIT
// Endpoints of which another process delivers a part.
#include <algorithm>

#include "base/guarded.h"
#include "webhook/dispatcher.h"

namespace restanza::webhook {

void Dispatcher::lost(const journal::Buckets& buckets) {
  for (const Shared& endpoint : everyone()) endpoint->drop(buckets);
}

// One that nobody has here waits for a start with other settings.
void Dispatcher::came(const std::vector<journal::Delivery>& deliveries) {
  for (const journal::Delivery& delivery : deliveries) {
    if (const Shared endpoint = find(delivery.endpoint))
      guarded_until_done(deps_.log, "putting a delivery into its queue", [&] { endpoint->come(delivery); });
  }
}

void Dispatcher::hold(const journal::Buckets& buckets) {
  const std::lock_guard<std::mutex> lock(mutex_);
  held_back_ = buckets;
  for (const auto& member : *members_) member.endpoint->hold_back(buckets);
}

journal::Buckets Dispatcher::busy() const {
  journal::Buckets busy;
  for (const Shared& endpoint : everyone()) busy |= endpoint->busy();
  return busy;
}

void Dispatcher::others_wrote(const std::vector<journal::EndpointStop>& stops) {
  for (const auto& member : *members()) {
    const auto stop = std::find_if(stops.begin(), stops.end(), [&](const auto& each) {
      return each.endpoint == member.endpoint->name();
    });
    member.endpoint->follow(stop == stops.end() ? nullptr : &*stop);
  }
}

}  // namespace restanza::webhook
