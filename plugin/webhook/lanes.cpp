// SPDX-License-Identifier: MIT
#include "webhook/lanes.h"

#include <utility>

#include "xmpp/jid.h"

namespace restanza::webhook {
namespace {

std::string lane_of(const xmpp::Stanza& stanza) {
  std::string lane(xmpp::bare_of(stanza.from));
  lane.append(1, '\0').append(xmpp::bare_of(stanza.to));  // NUL cannot stand in XML
  return lane;
}

}  // namespace

bool Lanes::push(xmpp::Stanza&& stanza) {
  std::string name = lane_of(stanza);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (draining_ || closed_) return false;
    if (waiting_ >= limits_.stanzas || stanza.xml.size() > limits_.bytes - bytes_) return false;
    ++waiting_;
    bytes_ += stanza.xml.size();
    Lane& lane = lanes_[name];
    lane.queue.push_back(std::move(stanza));
    if (lane.at_work || lane.queue.size() > 1) return true;  // it has its turn already, or gets it later
    ready_.push_back(std::move(name));
  }
  ready_changed_.notify_one();
  return true;
}

std::optional<Lanes::Work> Lanes::next() {
  std::unique_lock<std::mutex> lock(mutex_);
  ready_changed_.wait(lock, [this] { return closed_ || !ready_.empty(); });
  if (closed_) return std::nullopt;
  return take();
}

std::optional<Lanes::Work> Lanes::rest() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (ready_.empty()) return std::nullopt;
  return take();
}

Lanes::Work Lanes::take() {
  Work work;
  work.lane = std::move(ready_.front());
  ready_.pop_front();
  Lane& lane = lanes_[work.lane];
  lane.at_work = true;
  work.stanza = std::move(lane.queue.front());
  lane.queue.pop_front();
  --waiting_;
  bytes_ -= work.stanza.xml.size();
  return work;
}

void Lanes::finish(const Work& work) {
  std::function<void()> done;
  bool ready = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto lane = lanes_.find(work.lane);
    lane->second.at_work = false;
    ready = !lane->second.queue.empty();
    if (ready) {
      ready_.push_back(work.lane);  // behind the others: nobody's backlog goes before their first stanza
    } else {
      lanes_.erase(lane);
    }
    done = done_if_idle();
  }
  if (ready) ready_changed_.notify_one();
  if (done) done();
}

void Lanes::drain(std::function<void()> done) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    draining_ = true;
    done_ = std::move(done);
    done = done_if_idle();
  }
  if (done) done();
}

void Lanes::close() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  ready_changed_.notify_all();
}

size_t Lanes::waiting() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return waiting_;
}

std::function<void()> Lanes::done_if_idle() {
  if (!draining_ || !lanes_.empty()) return nullptr;
  return std::exchange(done_, nullptr);
}

}  // namespace restanza::webhook
