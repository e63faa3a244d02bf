// SPDX-License-Identifier: MIT
#include "feed/requests.h"

#include <algorithm>
#include <utility>

namespace restanza::feed {
namespace {

std::string question_of(const std::string& asking, const std::string& asked, const std::string& id) {
  return asking + '\n' + asked + '\n' + id;
}

}  // namespace

// The alarm comes last: it must find the iq.
bool Requests::add(std::shared_ptr<const xmpp::Stanza> iq, uint64_t number, std::chrono::milliseconds time) {
  const std::string key = question_of(iq->from, iq->to, iq->id);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (all_.size() >= kMax) return false;
  const auto added = all_.emplace(key, Waiting{std::move(iq), number, 0});
  try {
    added->second.alarm = timer_.after(time, [this, key, number] { end(key, number); });
  } catch (...) {  // for want of memory
    all_.erase(added);
    throw;
  }
  return true;
}

bool Requests::waits_for(const xmpp::Stanza& answer) const {
  if (!answer.is_answer()) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (all_.empty()) return false;
  return all_.find(question_of(answer.to, answer.from, answer.id)) != all_.end();
}

uint64_t Requests::answered_by(const xmpp::Stanza& sent) {
  if (!sent.is_answer()) return 0;
  Waiting answered;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (all_.empty()) return 0;
    const auto found = all_.find(question_of(sent.to, sent.from, sent.id));
    if (found == all_.end()) return 0;
    answered = std::move(found->second);
    all_.erase(found);
  }
  timer_.cancel(answered.alarm);
  return answered.number;
}

void Requests::end(const std::string& key, uint64_t number) {
  std::shared_ptr<const xmpp::Stanza> iq;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto [first, last] = all_.equal_range(key);
    const auto found =
        std::find_if(first, last, [&](const auto& each) { return each.second.number == number; });
    if (found == last) return;
    iq = std::move(found->second.iq);
    all_.erase(found);
  }
  late_(iq, number);
}

std::vector<std::shared_ptr<const xmpp::Stanza>> Requests::give_up() {
  std::vector<std::shared_ptr<const xmpp::Stanza>> iqs;
  iqs.reserve(kMax);
  All all;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    all.swap(all_);
  }
  for (auto& [key, waiting] : all) {
    timer_.cancel(waiting.alarm);
    iqs.push_back(std::move(waiting.iq));
  }
  return iqs;
}

size_t Requests::size() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return all_.size();
}

}  // namespace restanza::feed
