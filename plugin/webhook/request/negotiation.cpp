// SPDX-License-Identifier: MIT
#include "webhook/request/negotiation.h"

#include <utility>
#include <vector>

#include "http/negotiate.h"
#include "webhook/settings/target.h"

namespace restanza::webhook {

std::optional<mapping::Format> format_for(std::string_view accept, mapping::Format configured) {
  std::vector<mapping::Format> formats{configured};
  for (const mapping::Format format : mapping::kFormats) {
    if (format != configured) formats.push_back(format);
  }
  std::vector<std::string_view> types;
  types.reserve(formats.size());
  for (const mapping::Format format : formats) types.emplace_back(mapping::media_type(format));
  const auto chosen = http::negotiate(accept, types);
  if (!chosen) return std::nullopt;
  return formats[*chosen];
}

Negotiation::Negotiation(const Settings& settings, std::string title, const Url& url,
                         subscription::Health& health, Log& log)
    : title_(std::move(title)),
      target_(probe_target(url.target, settings.domain)),
      configured_(settings.format),
      health_(health),
      log_(log),
      format_(settings.format) {}

void Negotiation::begin(Transport& transport) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!claim()) return;
  }
  if (ask(transport) == Outcome::End::unreachable) ask_again();
}

mapping::Format Negotiation::settle(Transport& transport) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (claim()) {
    lock.unlock();
    ask(transport);
    lock.lock();
  }
  asked_.wait_for(lock, kPatience, [this] { return !asking_; });
  return format_;
}

void Negotiation::ask_again() {
  const std::lock_guard<std::mutex> lock(mutex_);
  due_ = true;
}

mapping::Format Negotiation::current() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return format_;
}

bool Negotiation::claim() {
  if (!due_ || asking_) return false;
  due_ = false;
  asking_ = true;
  return true;
}

Outcome::End Negotiation::ask(Transport& transport) {
  try {
    const Outcome outcome = transport.options(target_, kPatience);
    take_over(outcome);
    end_asking();
    return outcome.end;
  } catch (...) {
    ask_again();
    end_asking();
    throw;
  }
}

void Negotiation::end_asking() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    asking_ = false;
  }
  asked_.notify_all();
}

void Negotiation::take_over(const Outcome& outcome) {
  if (outcome.end == Outcome::End::unreachable) return health_.note(outcome.end, outcome.detail);
  const std::string unchanged = std::string("; it gets ") + mapping::media_type(current());
  if (outcome.end == Outcome::End::timeout)
    return say(Level::warn, "does not answer an OPTIONS request in time" + unchanged);
  if (outcome.end != Outcome::End::answered) return;
  if (outcome.status / 100 != 2) {
    return say(Level::warn, "answers an OPTIONS request with " + std::to_string(outcome.status) + unchanged);
  }
  if (outcome.accept.empty()) return;
  const auto format = format_for(outcome.accept, configured_);
  if (!format) return say(Level::warn, "accepts none of the formats that there are" + unchanged);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (std::exchange(format_, *format) == *format) return;
  }
  say(Level::info, std::string("gets ") + mapping::media_type(*format) + ", which it asked for");
}

void Negotiation::say(Level level, std::string_view what) {
  if (said_ == what) return;
  said_ = what;
  log_.write(level, title_ + " " + said_);
}

}  // namespace restanza::webhook
