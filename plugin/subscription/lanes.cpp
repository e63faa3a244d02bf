// SPDX-License-Identifier: MIT
#include "subscription/lanes.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <new>
#include <utility>

#include "xmpp/jid.h"

namespace restanza::subscription {
namespace {

constexpr std::chrono::seconds kRingAgain{1};  // a look at what is due where no alarm could be set

}  // namespace

std::string lane_of(const xmpp::Stanza& stanza) {
  const std::string_view from = xmpp::bare_of(stanza.from), to = xmpp::bare_of(stanza.to);
  std::string lane;
  lane.reserve(from.size() + 1 + to.size());
  lane.append(from).append(1, '\0').append(to);  // NUL cannot stand in XML
  return lane;
}

Lanes::~Lanes() {
  if (alarm_id_ != 0) timer_.cancel(alarm_id_);
}

bool Lanes::push(const std::string& lane, Item&& item) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = lanes_.find(lane);
    // A dead endpoint whose probe is due is probed with whatever comes, for there may be nothing else.
    const Instant now = clock_.now();
    const bool flows = gate_.flowing() || gate_.opens(now) <= now;
    const bool stands = closed_ || !flows || (found != lanes_.end() && found->second.backs_off);
    const size_t size = item.stanza ? item.stanza->xml.size() : 0;
    const bool fits = size <= kMaxResident - std::min(resident_, kMaxResident);
    if (!item.kept() && (stands || !fits)) return false;
    std::list<Item> held(1);  // whatever needs memory comes before anything changes
    Named& named = found != lanes_.end() ? *found : *lanes_.try_emplace(lane).first;
    if (!fits) item.stanza = nullptr;
    if (item.tree && (stands || !fits || !trees_.take(*item.tree))) item.tree = nullptr;
    if (item.stanza) resident_ += size;
    loose_ += item.kept() ? 0 : 1;
    held.front() = std::move(item);
    named.second.queue.splice(named.second.queue.end(), held);
    ++waiting_;
    go_on(named);
  }
  changed_.notify_one();
  return true;
}

std::optional<Lanes::Work> Lanes::next(uint64_t pool) {
  std::unique_lock<std::mutex> lock(mutex_);
  idle_ += pool == pool_ ? 1 : 0;
  std::optional<Work> work;
  while (!closed_ && pool == pool_ && !work) {
    if (reading_) {
      changed_.wait(lock);
      continue;
    }
    const Instant now = clock_.now();
    promote(now);
    std::list<Named*>& line = first_line();
    if (!line.empty() && gate_.opens(now) <= now) {
      Named& lane = *line.front();
      urgent_was_last_ = &line == &urgent_;
      lane.second.turn.splice(lane.second.turn.begin(), line, line.begin());
      work = take(lane, now);
      continue;
    }
    const auto event = next_event(now);
    if (!event || ring_at(*event)) {
      changed_.wait(lock);
    } else {
      changed_.wait_for(lock, kRingAgain);
    }
  }
  idle_ -= pool == pool_ ? 1 : 0;  // `succeed` does not count the others any more
  const bool more = work && !(urgent_.empty() && ready_.empty());
  lock.unlock();
  if (more) changed_.notify_one();
  return work;
}

bool Lanes::ended(const Work& work, const Ended& how, double chance) noexcept {
  bool answering = false, was_answering = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!is_current(work)) return false;
    const Instant now = clock_.now();
    was_answering = gate_.answering();
    gate_.end(now, work.probe_, work.lane_->first, how, chance, waiting_);
    answering = gate_.answering();
    if (answering && !was_answering) promote(Instant::max());  // the endpoint is back: nobody need wait
  }
  if (!answering || !was_answering) changed_.notify_one();  // else the gate opens when it did before
  return answering;
}

void Lanes::broken_off(const Work& work) noexcept {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (is_current(work)) gate_.forget(work.probe_);
  }
  changed_.notify_one();
}

void Lanes::done(Work&& work) noexcept {
  bool more = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    Named& named = *work.lane_;
    named.second.at_work = nullptr;
    --at_work_;
    if (reading_) done_.push_back(work.item().seq);  // there is room for as many as were at work
    more = !named.second.queue.empty();
    if (more) {
      go_on(named);  // behind the others: nobody's backlog goes before their first stanza
    } else {
      lanes_.erase(lanes_.find(named.first));
    }
  }
  if (more) changed_.notify_one();
}

void Lanes::put_back(Work&& work, Instant when) noexcept {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    Named& named = *work.lane_;
    Item& item = work.item();
    named.second.at_work = nullptr;
    --at_work_;
    if (item.kept()) item.stanza = nullptr;  // memory is for what goes soon
    if (item.tree && !trees_.take(*item.tree)) item.tree = nullptr;
    if (item.stanza) resident_ += item.stanza->xml.size();
    loose_ += item.kept() ? 0 : 1;
    named.second.queue.splice(named.second.queue.begin(), work.held_);
    ++waiting_;
    named.second.waits = true;
    try {
      if (is_current(work)) named.second.due = backing_off_.emplace(when, &named);
      named.second.backs_off = is_current(work);
    } catch (const std::bad_alloc&) {
      named.second.backs_off = false;
    }
    if (!named.second.backs_off) get_in_line(named, ready_);
  }
  changed_.notify_one();
}

std::vector<Item> Lanes::take_stranded() {
  std::vector<Item> stranded;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (loose_ == 0) return stranded;
  stranded.reserve(loose_);
  const Instant now = clock_.now();
  const bool flows = gate_.flowing() || gate_.opens(now) <= now;
  for (auto& [name, lane] : lanes_) {
    if (flows && !lane.backs_off) continue;
    for (auto item = lane.queue.begin(); item != lane.queue.end();) {
      const auto here = item++;
      if (!here->kept()) stranded.push_back(remove(lane, here));
    }
  }
  return stranded;
}

std::optional<Item> Lanes::withdraw(const std::string& lane, const std::string& id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = lanes_.find(lane);
  if (found == lanes_.end()) return std::nullopt;
  Lane& from = found->second;
  const auto item = find(from, id);
  if (item == from.queue.end()) return std::nullopt;
  if (item == from.queue.begin()) wake(*found);
  from.behind_withdrawn = item;  // which `remove` moves on
  return remove(from, item);
}

// Whoever discards a part of a long queue does it in its order, so it is looked for where the last one stood.
std::list<Item>::iterator Lanes::find(Lane& lane, const std::string& id) {
  const auto is_meant = [&](const Item& item) { return item.id == id; };
  const auto behind = std::find_if(lane.behind_withdrawn, lane.queue.end(), is_meant);
  if (behind != lane.queue.end()) return behind;
  const auto before = std::find_if(lane.queue.begin(), lane.behind_withdrawn, is_meant);
  return before != lane.behind_withdrawn ? before : lane.queue.end();
}

std::vector<Item> Lanes::take_older(Instant accepted, size_t limit) {
  std::vector<Item> old;
  const std::lock_guard<std::mutex> lock(mutex_);
  old.reserve(std::min(limit, waiting_));
  for (Named& named : lanes_) {
    Lane& lane = named.second;
    if (lane.at_work) continue;  // an order that was kept so far is kept to the end
    while (!lane.queue.empty() && lane.queue.front().accepted <= accepted) {
      if (old.size() >= limit) return old;
      wake(named);
      old.push_back(remove(lane, lane.queue.begin()));
    }
  }
  return old;
}

void Lanes::stop(Gate::Stop why) {
  const std::lock_guard<std::mutex> lock(mutex_);
  gate_.stop(why);
}

void Lanes::resume(uint32_t which) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    gate_.resume(which);
    if ((which & (Gate::kPaused | Gate::kDisabled)) != 0) gate_.drain(clock_.now(), waiting_);
  }
  changed_.notify_one();
}

Lanes::Snapshot Lanes::snapshot() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return {waiting_, at_work_, gate_.stops(), gate_.answering(), gate_.draining()};
}

std::optional<Instant> Lanes::oldest() const {
  std::optional<Instant> oldest;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [name, lane] : lanes_) {
    if (lane.queue.empty()) continue;
    if (!oldest || lane.queue.front().accepted < *oldest) oldest = lane.queue.front().accepted;
  }
  return oldest;
}

std::vector<Item> Lanes::kept() const {
  std::vector<Item> all;
  const std::lock_guard<std::mutex> lock(mutex_);
  all.reserve(waiting_ - loose_);
  for (const auto& [name, lane] : lanes_) {
    std::copy_if(lane.queue.begin(), lane.queue.end(), std::back_inserter(all),
                 [](const Item& item) { return item.kept(); });
  }
  return all;
}

std::vector<journal::Seq> Lanes::kept_seqs() const {
  std::vector<journal::Seq> all;
  const std::lock_guard<std::mutex> lock(mutex_);
  all.reserve(waiting_ + at_work_);
  for (const auto& [name, lane] : lanes_) {
    if (lane.at_work) all.push_back(lane.at_work->seq);
    for (const Item& item : lane.queue) all.push_back(item.seq);
  }
  std::sort(all.begin(), all.end());
  return all;
}

bool Lanes::at_work(const std::string& lane, const std::string& id) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = lanes_.find(lane);
  return found != lanes_.end() && found->second.at_work && found->second.at_work->id == id;
}

bool Lanes::unattended() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return !closed_ && idle_ == 0;
}

// A lane that has something to do and neither works nor waits gets in line.
void Lanes::go_on(Named& lane) {
  if (lane.second.waits || lane.second.at_work) return;
  lane.second.waits = true;
  get_in_line(lane, lane.second.queue.front().kept() ? ready_ : urgent_);
}

void Lanes::get_in_line(Named& lane, std::list<Named*>& line) {
  lane.second.turn.front() = &lane;
  line.splice(line.end(), lane.second.turn);
}

// The one whose turn it is; at its front stands a lane that has something to do, or it is empty.
std::list<Lanes::Named*>& Lanes::first_line() {
  const auto lines = urgent_was_last_ ? std::array{&ready_, &urgent_} : std::array{&urgent_, &ready_};
  for (std::list<Named*>* line : lines) {
    while (!line->empty() && line->front()->second.queue.empty()) {
      const auto gone = lanes_.find(line->front()->first);
      line->pop_front();
      lanes_.erase(gone);
    }
    if (!line->empty()) return *line;
  }
  return ready_;
}

// What it backs off for is leaving.
void Lanes::wake(Named& lane) {
  if (!lane.second.backs_off) return;
  backing_off_.erase(lane.second.due);
  lane.second.backs_off = false;
  get_in_line(lane, ready_);
}

void Lanes::promote(Instant now) {
  while (!backing_off_.empty() && backing_off_.begin()->first <= now) {
    Named* lane = backing_off_.begin()->second;
    backing_off_.erase(backing_off_.begin());
    lane->second.backs_off = false;
    get_in_line(*lane, ready_);
  }
}

Lanes::Work Lanes::take(Named& lane, Instant now) {
  lane.second.waits = false;
  Work work;
  work.lane_ = &lane;
  work.probe_ = gate_.begin(now);
  work.pool_ = pool_;
  std::list<Item>& queue = lane.second.queue;
  if (lane.second.behind_withdrawn == queue.begin()) ++lane.second.behind_withdrawn;
  work.held_.splice(work.held_.begin(), queue, queue.begin());
  note_removed(work.item());
  lane.second.at_work = &work.item();
  ++at_work_;
  return work;
}

// What will let something begin that cannot begin now, as far as time does it.
std::optional<Instant> Lanes::next_event(Instant now) {
  std::optional<Instant> event;
  if (!backing_off_.empty()) event = backing_off_.begin()->first;
  const Instant opens = gate_.opens(now);
  if (!first_line().empty() && opens != Instant::max() && (!event || opens < *event)) event = opens;
  return event;
}

// False: there is no memory for an alarm.
bool Lanes::ring_at(Instant when) {
  if (when >= alarm_) return true;
  const auto ring = [this, when] {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (alarm_ == when) {
        alarm_ = Instant::max();
        alarm_id_ = 0;
      }
    }
    changed_.notify_one();
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

void Lanes::note_removed(const Item& item) {
  --waiting_;
  loose_ -= item.kept() ? 0 : 1;
  gate_.at_most(waiting_);
  if (item.stanza) resident_ -= item.stanza->xml.size();
  if (item.tree) trees_.give_back(*item.tree);
}

Item Lanes::remove(Lane& lane, std::list<Item>::iterator item) {
  Item removed = std::move(*item);
  const bool was_behind = lane.behind_withdrawn == item;
  const auto next = lane.queue.erase(item);
  if (was_behind) lane.behind_withdrawn = next;
  note_removed(removed);
  return removed;
}

}  // namespace restanza::subscription
