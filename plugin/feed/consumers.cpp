// SPDX-License-Identifier: MIT
#include "feed/consumers.h"

#include <algorithm>
#include <utility>

#include "base/guarded.h"

namespace restanza::feed {
namespace {

constexpr const char* kPart = "updates";  // of the fan-out

}  // namespace

Consumers::Consumers(const std::vector<ConsumerSettings>& settings, const ConsumerDependencies& deps,
                     subscription::FanOut& fan_out)
    : deps_(deps), fan_out_(fan_out), thread_(deps_.log) {
  for (const ConsumerSettings& one : settings) {
    const auto consumer = std::make_shared<Consumer>(one, deps_);
    all_.push_back(consumer);
    deps_.metrics.gauge("restanza_updates_queued", "Stanzas that wait for a consumer to ask for them",
                        {{"consumer", one.name}}, [weak = std::weak_ptr<Consumer>(consumer)] {
                          const auto known = weak.lock();
                          return known ? static_cast<double>(known->waiting()) : 0.0;
                        });
  }
}

Result<void> Consumers::start() {
  if (all_.empty()) return {};
  subscription::FanOut::Members members;
  for (const auto& consumer : all_) {
    if (auto opened = consumer->open(); !opened) return opened;
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
  thread_.start();
  return {};
}

std::shared_ptr<Consumer> Consumers::find(const std::string& name) const {
  const auto found =
      std::find_if(all_.begin(), all_.end(), [&](const auto& each) { return each->settings().name == name; });
  return found == all_.end() ? nullptr : *found;
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

void Consumers::drain() {
  for (const auto& consumer : all_) {
    guarded_until_done(deps_.log, "the end of a consumer", [&] { consumer->stop(); });
  }
}

void Consumers::stop() {
  drain();
  thread_.stop();
}

}  // namespace restanza::feed
