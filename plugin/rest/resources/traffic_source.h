// SPDX-License-Identifier: MIT
// What one reader of the traffic gets to see, as text of its stream: from where it begins, what it missed,
// and of stanzas no more than it may. `read` on the thread that reads alone; `news` on any.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "feed/live_source.h"
#include "mapping/codec.h"
#include "rest/access/caller.h"
#include "traffic/recorder.h"
#include "traffic/ring.h"

namespace restanza::rest {

// The texts of the latest records, for there may be many readers of each. On the thread that reads alone.
class TrafficTexts {
 public:
  static constexpr size_t kMax = 64;             // records
  static constexpr size_t kMaxText = 16u << 10;  // bytes of each that are kept

  explicit TrafficTexts(const mapping::Options& options) : options_(options) {}

  std::string text(const traffic::Ring::Numbered& numbered, bool body);

 private:
  struct Made {
    bool of(const std::shared_ptr<const traffic::Record>& other) const {
      return !record.owner_before(other) && !other.owner_before(record);
    }

    std::weak_ptr<const traffic::Record> record;  // whose stanza may go meanwhile
    std::string text;
  };

  const mapping::Options options_;
  std::array<std::array<Made, kMax>, 2> made_;  // without bodies, and with
};

class TrafficSource final : public feed::LiveSource,
                            public traffic::Ring::Follower,
                            public std::enable_shared_from_this<TrafficSource> {
 public:
  // All that is referred to outlives it. It follows from the place of this text, where that is none from the
  // oldest there is; an empty one: from now on.
  TrafficSource(traffic::Ring& ring, const traffic::Recorder& recorder, std::shared_ptr<TrafficTexts> texts,
                Caller caller)
      : ring_(ring), recorder_(recorder), texts_(std::move(texts)), caller_(std::move(caller)) {}

  // Before it is read.
  void begin(const std::string& after);

  bool read(std::string& events) override;
  void ended() override { ring_.leave(*this); }
  void news() override;

 private:
  bool sees(const traffic::Record& record) const;
  void append_gap(std::string& events, const traffic::Ring::Page& page) const;

  traffic::Ring& ring_;
  const traffic::Recorder& recorder_;
  const std::shared_ptr<TrafficTexts> texts_;
  const Caller caller_;
  traffic::Place place_;
  bool begun_ = false;
};

}  // namespace restanza::rest
