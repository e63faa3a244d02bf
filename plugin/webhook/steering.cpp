// SPDX-License-Identifier: MIT
// What the owner of the endpoints can see and steer: the part of the dispatcher that is no stanza's way.
#include <utility>

#include "webhook/dispatcher.h"

namespace restanza::webhook {
namespace {

const char* state_of(const Lanes::Snapshot& now) {
  if ((now.stops & Gate::kDisabled) != 0) return "disabled";
  if ((now.stops & Gate::kPaused) != 0) return "paused";
  if (!now.answering) return "unreachable";
  return now.draining ? "draining backlog" : "active";
}

}  // namespace

std::vector<Dispatcher::Report> Dispatcher::report() const {
  std::vector<Report> reports;
  for (const auto& member : *members()) {
    const Shared& endpoint = member.endpoint;
    const Endpoint::Snapshot now = endpoint->snapshot();
    reports.push_back({endpoint->name(), endpoint->origin(), state_of(now.lanes), now.reason, now.last_error,
                       now.lanes.waiting + now.lanes.at_work, now.lanes.at_work, endpoint->public_keys()});
  }
  return reports;
}

Dispatcher::Steered Dispatcher::pause(const std::string& endpoint) {
  const Shared found = find(endpoint);
  if (!found) return Steered::unknown;
  return found->pause() ? Steered::ok : Steered::unchanged;
}

Dispatcher::Steered Dispatcher::resume(const std::string& endpoint) {
  const Shared found = find(endpoint);
  if (!found) return Steered::unknown;
  return found->resume() ? Steered::ok : Steered::unchanged;
}

// A read that sees all that was asked for before it, or says that it does not.
void Dispatcher::when_kept(std::function<void(const Result<void>&)> then) {
  deps_.journal.stops_settled(
      [then = std::move(then)](const Result<std::vector<journal::EndpointStop>>& stops) {
        then(stops ? Result<void>() : stops.error());
      });
}

Dispatcher::Steered Dispatcher::test(const std::string& endpoint, std::function<void(const Outcome&)> then) {
  const Shared found = find(endpoint);
  if (!found) return Steered::unknown;
  return found->test(std::move(then)) ? Steered::ok : Steered::unchanged;
}

}  // namespace restanza::webhook
