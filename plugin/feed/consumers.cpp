// SPDX-License-Identifier: MIT
#include "feed/consumers.h"

#include <algorithm>
#include <future>
#include <utility>

#include "base/guarded.h"
#include "journal/answer_of.h"

namespace restanza::feed {
namespace {

constexpr const char* kPart = "updates";  // of the fan-out
constexpr size_t kAtOnce = 1000;          // questions to the journal

// What each may hold in memory of what is worthless late: the same for all, so that none takes it from
// another.
constexpr size_t kMomentBytes = 64u << 20;  // of all together
constexpr size_t kLeastMomentBytes = 16u << 10;

size_t moment_bytes(size_t consumers) {
  return std::clamp(kMomentBytes / std::max<size_t>(consumers, 1), kLeastMomentBytes, Moments::kMaxBytes);
}

}  // namespace

Consumers::Consumers(const std::vector<ConsumerSettings>& settings, const ConsumerDependencies& deps,
                     subscription::FanOut& fan_out)
    : deps_(deps), fan_out_(fan_out), thread_(deps_.log), streams_(thread_, deps_.timer, deps_.clock) {
  deps_.metrics.gauge("restanza_event_streams", "Clients that follow a stream of events", {},
                      [this] { return static_cast<double>(streams_.size()); });
  for (const ConsumerSettings& one : settings) {
    const auto consumer = std::make_shared<Consumer>(one, deps_, moment_bytes(settings.size()));
    all_.push_back(consumer);
    by_name_.emplace(one.name, consumer);
    deps_.metrics.gauge("restanza_updates_queued", "Stanzas that wait for a consumer to ask for them",
                        {{"consumer", one.name}}, [weak = std::weak_ptr<Consumer>(consumer)] {
                          const auto known = weak.lock();
                          return known ? static_cast<double>(known->waiting()) : 0.0;
                        });
  }
}

Result<void> Consumers::start() {
  thread_.start();
  if (all_.empty()) return {};
  if (auto opened = open_all(); !opened) return opened;
  subscription::FanOut::Members members;
  for (const auto& consumer : all_) {
    const ConsumerSettings& settings = consumer->settings();
    members.push_back(
        std::make_shared<const subscription::FanOut::Member>(consumer, settings, settings.reply));
  }
  fan_out_.publish(fan_out_.prepare(kPart, std::move(members)));
  deps_.journal.on_loss([this] {
    for (const auto& consumer : all_) consumer->reopen();
  });
  deps_.timer.every(kTend, [this] {
    for (const auto& consumer : all_) consumer->tend();
  });
  return {};
}

// Many at once, so that the disk is waited for seldom.
Result<void> Consumers::open_all() {
  const auto counts = journal::answer_of<std::vector<journal::Count>>(
      [this](auto then) { deps_.journal.count(std::move(then)); });
  if (!counts) return counts.error();
  std::unordered_map<std::string, size_t> waiting;
  for (const journal::Count& each : *counts) waiting.emplace(each.endpoint, each.waiting);
  for (size_t from = 0; from < all_.size(); from += kAtOnce) {
    const size_t to = std::min(all_.size(), from + kAtOnce);
    std::vector<std::future<Result<journal::Consumer>>> asked;
    for (size_t i = from; i < to; ++i) {
      auto known = std::make_shared<std::promise<Result<journal::Consumer>>>();
      asked.push_back(known->get_future());
      deps_.journal.open_consumer(
          all_[i]->name(), [known](Result<journal::Consumer> one) { known->set_value(std::move(one)); });
    }
    for (size_t i = from; i < to; ++i) {
      auto known = asked[i - from].get();
      if (!known) return known.error();
      all_[i]->open(std::move(*known), waiting[all_[i]->name()]);
    }
  }
  return {};
}

std::shared_ptr<Consumer> Consumers::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<subscription::Destination>> Consumers::destinations() const {
  return {all_.begin(), all_.end()};
}

std::shared_ptr<LongPoll> Consumers::poll(std::shared_ptr<Consumer> consumer, LongPoll::Request request,
                                          LongPoll::Then then) {
  return LongPoll::begin(std::move(consumer), std::move(request), thread_, deps_.timer, deps_.log,
                         std::move(then));
}

// Most of what is sent is no answer.
void Consumers::about_to_send(const xmpp::Stanza& stanza) {
  if (!stanza.is_answer()) return;
  for (const auto& consumer : all_) consumer->about_to_send(stanza);
}

bool Consumers::waits_for(const xmpp::Stanza& answer) const {
  return std::any_of(all_.begin(), all_.end(), [&](const auto& each) { return each->waits_for(answer); });
}

void Consumers::gained(const journal::Buckets& buckets) {
  for (const auto& consumer : all_) {
    if (buckets[journal::bucket_of_consumer(consumer->name())]) consumer->count_anew();
  }
}

void Consumers::came(const std::vector<journal::Delivery>& deliveries) {
  for (const journal::Delivery& delivery : deliveries) {
    const std::string_view place = delivery.endpoint;
    if (place.substr(0, journal::kConsumerPlace.size()) != journal::kConsumerPlace) continue;
    const auto consumer = find(std::string(place.substr(journal::kConsumerPlace.size())));
    if (consumer) consumer->requeue(delivery);
  }
}

void Consumers::others_wrote(const std::vector<journal::EndpointStop>&) {
  for (const auto& consumer : all_) consumer->others_wrote();
}

void Consumers::drain() {
  for (const auto& consumer : all_) {
    guarded_until_done(deps_.log, "the end of a consumer", [&] { consumer->stop(); });
  }
  guarded_until_done(deps_.log, "the end of those who follow", [this] { streams_.stop(); });
}

void Consumers::stop() {
  drain();
  thread_.stop();
}

}  // namespace restanza::feed
