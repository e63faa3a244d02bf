// SPDX-License-Identifier: MIT
// Takes down what the parts of the plugin tell of stanzas, as records of the ring. Each look costs nothing
// while nobody follows. Any thread; nothing blocks, and nothing is thrown. The ring and the clock outlive it.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "traffic/ring.h"
#include "xmpp/stanza_consumer.h"

namespace restanza::traffic {

// What became of a stanza that the server offered.
namespace came {
inline constexpr const char* kTaken = "taken";    // for those that are named with it
inline constexpr const char* kAnswer = "answer";  // a request waited for it
inline constexpr const char* kReflection =
    "reflection";                                   // a room's, of a message from here: it is for nobody
inline constexpr const char* kRefused = "refused";  // its sender gets an error, where it may
inline constexpr const char* kBusy = "busy";        // the server keeps it, and offers it again
inline constexpr const char* kForeign = "foreign";  // nobody here wants it
}  // namespace came

class Recorder final : public xmpp::SentObserver, public xmpp::OfferObserver {
 public:
  Recorder(Ring& ring, const Clock& clock) : ring_(ring), clock_(clock) {}

  // Whether records keep the texts of stanzas from now on, and those that did may show them.
  void keep_bodies(bool keep) { bodies_ = keep; }
  bool keeps_bodies() const { return bodies_; }

  bool recording() const { return ring_.recording(); }

  void stanza_came(const std::shared_ptr<const xmpp::Stanza>& stanza, const char* outcome,
                   std::vector<Record::Delivery> deliveries = {},
                   std::vector<std::string> full = {}) noexcept;
  bool observing() const override { return recording(); }
  void answer_came(const std::shared_ptr<const xmpp::Stanza>& stanza) override {
    stanza_came(stanza, came::kAnswer);
  }
  void foreign_came(const std::shared_ptr<const xmpp::Stanza>& stanza) override {
    stanza_came(stanza, came::kForeign);
  }

  void about_to_send(const xmpp::Stanza&) override {}
  void sent(const xmpp::Stanza& stanza, xmpp::Sent outcome) override;

  // One attempt to post it. `outcome` outlives all records; `status` is 0 where no answer came.
  struct Attempt {
    uint32_t number = 0;
    const char* outcome = "";
    int status = 0;
    std::string error;
    std::chrono::nanoseconds took{0};
  };
  void attempted(const std::string& endpoint, const std::string& id, Attempt attempt) noexcept;
  void given_up(const std::string& endpoint, const std::string& id, const std::string& why) noexcept;

 private:
  template <class Fill>
  void record(Fill&& fill) noexcept;
  bool keeps_text(const xmpp::Stanza& stanza) const;

  Ring& ring_;
  const Clock& clock_;
  std::atomic<bool> bodies_{true};
};

}  // namespace restanza::traffic
