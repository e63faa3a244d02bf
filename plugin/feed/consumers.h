// SPDX-License-Identifier: MIT
// All who ask for their stanzas, as the settings name them, and the thread that reads for them. Any thread;
// what blocks says so. Goes once the timer has stopped.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "feed/consumer.h"
#include "feed/event_streams.h"
#include "feed/long_poll.h"
#include "feed/read_thread.h"
#include "subscription/fan_out/fan_out.h"
#include "xmpp/stanza_consumer.h"

namespace restanza::feed {

class Consumers final : public xmpp::SentObserver, public journal::Sharer {
 public:
  static constexpr std::chrono::seconds kTend{60};  // between looks for what has waited for too long

  Consumers(const std::vector<ConsumerSettings>& settings, const ConsumerDependencies& deps,
            subscription::FanOut& fan_out);
  ~Consumers() override { stop(); }
  Consumers(const Consumers&) = delete;
  Consumers& operator=(const Consumers&) = delete;

  // Before stanzas are offered. Waits for the journal.
  Result<void> start();

  std::shared_ptr<Consumer> find(const std::string& name) const;  // null: there is none
  const std::vector<std::shared_ptr<Consumer>>& all() const { return all_; }
  std::vector<std::shared_ptr<subscription::Destination>> destinations() const;

  std::shared_ptr<LongPoll> poll(std::shared_ptr<Consumer> consumer, LongPoll::Request request,
                                 LongPoll::Then then);

  EventStreams& streams() { return streams_; }
  // On the thread that reads.
  void run(std::shared_ptr<ReadThread::Task> task) noexcept { thread_.ask(std::move(task)); }

  bool waits_for(const xmpp::Stanza& answer) const;  // to an iq that somebody has read, or is to
  void about_to_send(const xmpp::Stanza& stanza) override;

  void gained(const journal::Buckets& buckets) override;
  void came(const std::vector<journal::Delivery>& deliveries) override;
  void others_wrote(const std::vector<journal::EndpointStop>& stops) override;

  void drain();  // who waits is told that it ends, and iqs that wait are answered with an error
  void stop();   // the same, and the thread ends

 private:
  Result<void> open_all();

  const ConsumerDependencies deps_;
  subscription::FanOut& fan_out_;
  ReadThread thread_;
  EventStreams streams_;
  std::vector<std::shared_ptr<Consumer>> all_;
  std::unordered_map<std::string, std::shared_ptr<Consumer>> by_name_;  // in the settings
};

}  // namespace restanza::feed
