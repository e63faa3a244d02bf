// SPDX-License-Identifier: MIT
// Whose turn it is. All of it under the lock.
#include <algorithm>
#include <array>
#include <iterator>
#include <new>
#include <utility>

#include "subscription/lanes.h"

namespace restanza::subscription {

// A lane that has something to do and neither works nor waits gets in line, as soon as the endpoint wants to
// hear of it.
void Lanes::go_on(Named& lane) {
  if (lane.second.waits || lane.second.at_work || is_held(lane)) return;
  const Instant spared = standings_.spared(hash_of(lane.first));
  if (spared > clock_.now()) return back_off(lane, spared);
  get_in_line(lane, lane.second.queue.front().kept() ? kUsual : kUrgent);
}

void Lanes::get_in_line(Named& lane, Urgency urgency) {
  lane.second.waits = true;
  lane.second.backs_off = false;
  lane.second.standing = standings_.of(hash_of(lane.first));
  lane.second.place = ++places_;
  lane.second.turn.front() = &lane;
  Line& line = lines_[static_cast<size_t>(lane.second.standing)][urgency];
  line.splice(line.end(), lane.second.turn);
}

// At once where there is no memory to wait.
void Lanes::back_off(Named& lane, Instant until) noexcept {
  try {
    lane.second.due = backing_off_.emplace(until, &lane);
    lane.second.waits = lane.second.backs_off = true;
  } catch (const std::bad_alloc&) {
    get_in_line(lane, kUsual);
  }
}

// Of those that have room for one more, who has waited longest.
Lanes::Choice Lanes::whose_turn(Instant now) {
  for (auto& lines : lines_) {
    for (Line& line : lines) drop_empty(line);
  }
  if (!gate_.answering()) return whose_probe();
  const bool shared = standings_.has_quick(now);
  for (const Urgency urgency : {last_ == kUrgent ? kUsual : kUrgent, last_}) {
    Choice choice;
    for (const Standing standing : kStandings) {
      Line& line = lines_[static_cast<size_t>(standing)][urgency];
      if (line.empty() || (shared && !shares_.has_room(standing))) continue;
      const uint64_t place = line.front()->second.place;
      if (choice.line && place > choice.line->front()->second.place) continue;
      const bool newest = standing == Standing::open && shares_.only_one_left();
      choice = {&line, newest ? std::prev(line.end()) : line.begin(), urgency};
    }
    if (choice.line) return choice;
  }
  return {};
}

// Whoever fails for reasons of their own would say nothing about the endpoint.
Lanes::Choice Lanes::whose_probe() {
  for (const Standing standing : kStandings) {
    for (const Urgency urgency : {kUrgent, kUsual}) {
      Line& line = lines_[static_cast<size_t>(standing)][urgency];
      if (!line.empty()) return {&line, line.begin(), urgency};
    }
  }
  return {};
}

// At both of its ends stand lanes that have something to do, or it is empty.
void Lanes::drop_empty(Line& line) {
  const auto drop = [this, &line](Line::iterator place) {
    const auto gone = lanes_.find((*place)->first);
    line.erase(place);
    lanes_.erase(gone);
  };
  while (!line.empty() && line.front()->second.queue.empty()) drop(line.begin());
  while (!line.empty() && line.back()->second.queue.empty()) drop(std::prev(line.end()));
}

// What it backs off for is leaving.
void Lanes::wake(Named& lane) {
  if (!lane.second.backs_off) return;
  backing_off_.erase(lane.second.due);
  get_in_line(lane, kUsual);
}

void Lanes::promote(Instant now) {
  while (!backing_off_.empty() && backing_off_.begin()->first <= now) {
    Named* lane = backing_off_.begin()->second;
    backing_off_.erase(backing_off_.begin());
    get_in_line(*lane, kUsual);
  }
}

// The endpoint is back; of whom it wants to be spared still waits.
void Lanes::promote_but_spared(Instant now) {
  for (auto each = backing_off_.begin(); each != backing_off_.end();) {
    Named& lane = *each->second;
    if (standings_.spared(hash_of(lane.first)) > now) {
      ++each;
    } else {
      each = backing_off_.erase(each);
      get_in_line(lane, kUsual);
    }
  }
}

void Lanes::promote_all() {
  standings_.spare_nobody();
  promote(Instant::max());
}

Lanes::Work Lanes::take(Named& lane, Instant now) {
  lane.second.waits = false;
  Work work;
  work.lane_ = &lane;
  work.probe_ = gate_.begin(now);
  work.standing_ = lane.second.standing;
  work.began_ = now;
  work.pool_ = pool_;
  std::list<Item>& queue = lane.second.queue;
  if (lane.second.behind_withdrawn == queue.begin()) ++lane.second.behind_withdrawn;
  work.held_.splice(work.held_.begin(), queue, queue.begin());
  note_removed(work.item());
  lane.second.at_work = &work.item();
  ++at_work_;
  shares_.take(work.standing_);
  return work;
}

// Its request is over.
void Lanes::release(const Work& work) {
  work.lane_->second.at_work = nullptr;
  work.lane_->second.withdrawn = false;
  --at_work_;
  if (is_current(work)) shares_.give_back(work.standing_);
}

void Lanes::note_standing(const Work& work, const Ended& how, Instant now) {
  const size_t lane = hash_of(work.lane_->first);
  if (!worth_retrying(how.verdict)) {
    const bool quick = now - work.began_ <= Standings::kAtOnce;
    return standings_.note(lane, quick ? Standing::quick : Standing::open, now);
  }
  const bool alone = how.retry_after && how.concerns == Concerns::conversation;
  standings_.note(lane, Standing::failing, now,
                  alone ? now + std::min(*how.retry_after, kMaxRetryAfter) : Instant());
}

// What will let something begin that cannot begin now, as far as time does it.
std::optional<Instant> Lanes::next_event(Instant now) {
  std::optional<Instant> event;
  if (!backing_off_.empty()) event = backing_off_.begin()->first;
  const Instant opens = gate_.opens(now);
  if (whose_turn(now).line && opens != Instant::max() && (!event || opens < *event)) event = opens;
  return event;
}

// False: there is no memory for an alarm.
bool Lanes::ring_at(Instant when) {
  if (when >= alarm_) return true;
  const auto ring = [this, when] {
    IdleThreads::Call call;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (alarm_ == when) {
        alarm_ = Instant::max();
        alarm_id_ = 0;
      }
      call = threads_.call();
    }
    call.ring();
  };
  try {
    const Timer::Id earlier = std::exchange(alarm_id_, timer_.at(when, ring));
    if (earlier != 0) timer_.cancel(earlier);
  } catch (const std::bad_alloc&) {
    return false;
  }
  alarm_ = when;
  return true;
}

}  // namespace restanza::subscription
