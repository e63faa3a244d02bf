// SPDX-License-Identifier: MIT
// What people see of an endpoint, and how it is stopped and started: the part that is no delivery's way.
#include <algorithm>

#include "webhook/endpoint.h"

namespace restanza::webhook {

void Endpoint::hold(bool held) {
  if (held) return lanes_.stop(Gate::kHeld);
  lanes_.resume(Gate::kHeld);
}

bool Endpoint::pause() {
  const std::lock_guard<std::mutex> steering(steering_);
  if ((lanes_.snapshot().stops & (Gate::kPaused | Gate::kDisabled)) != 0) return false;
  steered_ = true;
  lanes_.stop(Gate::kPaused);
  deps_.journal.remember_stop({name_, journal::Stop::paused, "paused by request"});
  note_steered();
  note_reason("paused by request");
  strand();
  return true;
}

bool Endpoint::resume() {
  const std::lock_guard<std::mutex> steering(steering_);
  if ((lanes_.snapshot().stops & (Gate::kPaused | Gate::kDisabled)) == 0) {
    lanes_.try_now();
    return false;
  }
  steered_ = true;
  deps_.journal.forget_stop(name_);
  note_steered();
  note_reason({});
  lanes_.resume(Gate::kPaused | Gate::kDisabled);
  return true;
}

// What answered may not be what the settings of now name, nor those of an endpoint that comes later.
void Endpoint::disable(const Posting& posting) {
  const std::lock_guard<std::mutex> steering(steering_);
  if (retired_ || posting.replaced) return;
  steered_ = true;
  const std::string reason = "it answered 410 Gone";
  lanes_.stop(Gate::kDisabled);
  deps_.journal.remember_stop({name_, journal::Stop::disabled, reason});
  note_steered();
  deps_.log.warn("endpoint '" + name_ + "' is disabled: " + reason +
                 "; new stanzas wait until it is resumed");
  note_reason(reason);
}

void Endpoint::note_steered() {
  if (!deps_.journal.shared()) return;
  ++*unwritten_;
  deps_.journal.flush([unwritten = unwritten_] { --*unwritten; });
}

void Endpoint::follow(const journal::EndpointStop* stop) {
  {
    const std::lock_guard<std::mutex> steering(steering_);
    const bool stopped = (lanes_.snapshot().stops & (Gate::kPaused | Gate::kDisabled)) != 0;
    if (*unwritten_ != 0 || stopped == (stop != nullptr)) return;
    if (stop) {
      lanes_.stop(stop->stop == journal::Stop::disabled ? Gate::kDisabled : Gate::kPaused);
    } else {
      lanes_.resume(Gate::kPaused | Gate::kDisabled);
    }
    note_reason(stop ? stop->reason : std::string());
  }
  deps_.log.info(
      "endpoint '" + name_ + "' was " +
      (stop ? "stopped at another node: " + stop->reason : std::string("resumed at another node")));
  if (stop) strand();
}

void Endpoint::drop(const journal::Buckets& buckets) {
  for (size_t left = lanes_.drop(buckets); left > 0; --left) cancel();
  check_drained();
}

void Endpoint::come(const journal::Delivery& delivery) {
  if (!lanes_.insert(subscription::lane_of(*delivery.stanza), item_of(delivery))) return;
  places_.take_beyond();
  if (recovered_ && lanes_.unattended()) current()->pool.grow();
}

void Endpoint::note_reason(std::string reason) {
  const std::lock_guard<std::mutex> lock(mutex_);
  reason_ = std::move(reason);
}

void Endpoint::note_error(const Posting& posting, std::string error) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!posting.replaced) last_error_ = std::move(error);
}

void Endpoint::remember(const journal::EndpointStop& stop) {
  {
    const std::lock_guard<std::mutex> steering(steering_);
    if (steered_) return;
    lanes_.stop(stop.stop == journal::Stop::disabled ? Gate::kDisabled : Gate::kPaused);
    note_reason(stop.reason);
  }
  deps_.log.warn("endpoint '" + name_ + "' is stopped from before: " + stop.reason);
  strand();  // it may have come to a running plugin, and taken stanzas since
}

void Endpoint::save_anew() {
  {
    const std::lock_guard<std::mutex> steering(steering_);
    const uint32_t stops = lanes_.snapshot().stops;
    const auto stop = (stops & Gate::kDisabled) != 0 ? journal::Stop::disabled : journal::Stop::paused;
    if ((stops & (Gate::kPaused | Gate::kDisabled)) != 0)
      deps_.journal.remember_stop({name_, stop, snapshot().reason});
  }
  size_t lost = 0;
  const Instant now = deps_.clock.now();
  const std::vector<Item> kept = lanes_.kept();
  for (const Item& item : kept) {
    if (item.withdrawn) continue;
    const Text text = item.text();
    if (!text) {
      ++lost;
      continue;
    }
    journal::Delivery delivery;
    delivery.seq = item.seq;
    delivery.id = item.id;
    delivery.endpoint = name_;
    delivery.answers = item.answers;
    delivery.attempts = item.attempts;
    delivery.failures = item.failures;
    delivery.changed = deps_.clock.wall();
    delivery.accepted =
        delivery.changed - std::chrono::duration_cast<WallTime::duration>(now - item.accepted);
    deps_.journal.restore(std::move(delivery), text);
  }
  // What left in the meantime asked the journal to remove it before it came there.
  const std::vector<journal::Seq> left = lanes_.kept_seqs();
  for (const Item& item : kept) {
    if (!std::binary_search(left.begin(), left.end(), item.seq)) deps_.journal.remove(item.seq);
  }
  if (lost == 0) return;
  deps_.log.error("endpoint '" + name_ + "': " + std::to_string(lost) +
                  " deliveries are lost with the journal, for they were on the disk only");
}

void Endpoint::withdraw(const journal::Delivery& delivery) {
  if (lanes_.withdraw(subscription::lane_of(*delivery.stanza), delivery.id)) cancel();
}

bool Endpoint::at_work(const journal::Delivery& delivery) const {
  return lanes_.at_work(subscription::lane_of(*delivery.stanza), delivery.id);
}

Endpoint::Snapshot Endpoint::snapshot() const {
  Snapshot now{lanes_.snapshot(), {}, {}};
  const std::lock_guard<std::mutex> lock(mutex_);
  now.reason = reason_;
  now.last_error = last_error_;
  return now;
}

std::chrono::duration<double> Endpoint::oldest_age() const {
  const auto oldest = lanes_.oldest();
  return oldest ? deps_.clock.now() - *oldest : std::chrono::nanoseconds(0);
}

}  // namespace restanza::webhook
