// SPDX-License-Identifier: MIT
// What its owner can do with the deliveries that the journal keeps, wherever they are to go: dead letters are
// replayed, deliveries are discarded, and what is too old goes. Owns nothing; what is referred to must
// outlive it. Any thread, never blocks; `then` runs on the journal's thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "journal/journal.h"
#include "subscription/fan_out/destination.h"
#include "subscription/fan_out/fan_out.h"

namespace restanza::subscription {

class KeptDeliveries {
 public:
  static constexpr std::chrono::hours kPurge{1};  // between looks for what is too old
  static constexpr std::chrono::hours kDeadKept{14 * 24};
  static constexpr size_t kPage = 1000;  // deliveries that are read from the journal at once

  // Which destinations there are right now, those included that have left the settings and are ending.
  using Destinations = std::function<std::vector<std::shared_ptr<Destination>>()>;

  KeptDeliveries(journal::Journal& journal, const FanOut& fan_out, const Clock& clock,
                 Destinations destinations)
      : journal_(journal), fan_out_(fan_out), clock_(clock), destinations_(std::move(destinations)) {}

  // Puts dead letters back into their queues.
  void replay(const std::string& id,
              std::function<void(const Result<bool>&)> then);  // false: no such dead letter
  void replay(const journal::Filter& filter, std::function<void(const Result<size_t>&)> then);

  // Deletes deliveries. What is on its way when this is called cannot be discarded; what begins until the
  // journal has written the discard goes all the same, once.
  enum class Discarded { ok, unknown, at_work };
  void discard(const std::string& id, std::function<void(const Result<Discarded>&)> then);
  void discard(const journal::Filter& filter, std::function<void(const Result<size_t>&)> then);

  // Forgets old dead letters; what has waited for longer than kLifetime for a destination that is not
  // configured any more becomes one. To be called every kPurge.
  void purge();

 private:
  void bury_foreign();
  void replay_page(const journal::Filter& filter, size_t so_far,
                   std::function<void(const Result<size_t>&)> then);
  void discard_page(const journal::Filter& filter, journal::Seq beyond, size_t so_far,
                    std::function<void(const Result<size_t>&)> then);
  void discard_listed(const journal::Filter& filter, std::vector<journal::Delivery> listed, size_t so_far,
                      std::function<void(const Result<size_t>&)> then);
  void discard_found(const journal::Delivery& delivery, std::function<void(const Result<Discarded>&)> then);
  void requeue(const journal::Delivery& revived) const;
  void withdraw(const journal::Delivery& delivery) const;
  bool at_work(const journal::Delivery& delivery) const;

  journal::Journal& journal_;
  const FanOut& fan_out_;
  const Clock& clock_;
  const Destinations destinations_;
};

}  // namespace restanza::subscription
