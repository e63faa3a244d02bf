// SPDX-License-Identifier: MIT
// A recorder with somebody who follows it, for the tests of what tells it: each record as a line. Any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/fake_clock.h"
#include "traffic/recorder.h"

namespace restanza::traffic {

class Followed {
 public:
  Followed() : place_((ring.attend(reader_), ring.now())) {}

  // All so far: "in 1 taken for echo, other full", "out 1 sent", "delivery to echo, attempt 1: failed 500".
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    for (Place place = place_;;) {
      const auto page = ring.read(place);
      if (page.records.empty()) return all;
      for (const auto& [number, record] : page.records) all.push_back(line_of(*record));
      place.number = page.records.back().number;
    }
  }
  Place begin() const { return place_; }

 private:
  class Deaf final : public Ring::Follower {
   public:
    void news() override {}
  };

  static std::string line_of(const Record& record) {
    const std::string outcome = record.outcome;
    if (record.event == Event::out) return "out " + record.stanza->id + " " + outcome;
    if (record.event == Event::delivery) {
      const std::string to = "delivery to " + record.delivery.endpoint;
      if (record.attempt == 0) return to + ": " + outcome + ", " + record.error;
      return to + ", attempt " + std::to_string(record.attempt) + ": " + outcome + " " +
             std::to_string(record.status);
    }
    std::string line = "in " + record.stanza->id + " " + outcome;
    for (const auto& one : record.deliveries) line += " for " + one.endpoint;
    for (const auto& one : record.full) line += ", " + one + " full";
    return line;
  }

  FakeClock clock_;
  Timer timer_{clock_};
  const std::shared_ptr<Deaf> reader_ = std::make_shared<Deaf>();

 public:
  Ring ring{timer_, [] {}};
  Recorder recorder{ring, clock_};

 private:
  const Place place_;
};

}  // namespace restanza::traffic
