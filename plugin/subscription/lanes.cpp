// SPDX-License-Identifier: MIT
#include "subscription/lanes.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "xmpp/jid.h"

namespace restanza::subscription {

std::string lane_of(const xmpp::Stanza& stanza) {
  const std::string_view from = xmpp::bare_of(stanza.from), to = xmpp::bare_of(stanza.to);
  std::string lane;
  lane.reserve(from.size() + 1 + to.size());
  lane.append(from).append(1, '\0').append(to);  // NUL cannot stand in XML
  return lane;
}

std::shared_ptr<const xmpp::Stanza> Item::text() const {
  return !stanza && tree ? tree->text() : stanza;
}

Lanes::~Lanes() {
  if (alarm_id_ != 0) timer_.cancel(alarm_id_);
}

bool Lanes::push(const std::string& lane, Item&& item) {
  IdleThreads::Call call;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const Instant now = clock_.now();
    promote(now);  // whose time has come does not back off any more, though no thread has seen it yet
    const auto found = lanes_.find(lane);
    // A dead endpoint whose probe is due is probed with whatever comes, for there may be nothing else.
    const bool flows = gate_.flowing() || gate_.opens(now) <= now;
    const bool spared = standings_.spared(hash_of(lane)) > now;
    const bool stands = closed_ || !flows || spared || (found != lanes_.end() && found->second.backs_off);
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
    call = threads_.call();
  }
  call.ring();
  return true;
}

std::optional<Lanes::Work> Lanes::next(uint64_t pool) {
  std::unique_lock<std::mutex> lock(mutex_);
  idle_ += pool == pool_ ? 1 : 0;
  std::optional<Work> work;
  while (!closed_ && pool == pool_ && !work) {
    if (reading_) {
      threads_.wait(lock);
      continue;
    }
    const Instant now = clock_.now();
    promote(now);
    const Choice choice = whose_turn(now);
    if (choice.line && is_held(**choice.lane)) {
      park(choice);
      continue;
    }
    if (choice.line && gate_.opens(now) <= now) {
      Named& lane = **choice.lane;
      last_ = choice.urgency;
      lane.second.turn.splice(lane.second.turn.begin(), *choice.line, choice.lane);
      work = take(lane, now);
      continue;
    }
    const auto event = next_event(now);
    if (!event || ring_at(*event)) {
      threads_.wait(lock);
    } else {
      threads_.wait_for(lock, kLookAgain);
    }
  }
  idle_ -= pool == pool_ ? 1 : 0;  // `succeed` does not count the others any more
  const bool more = !work || whose_turn(work->began_).line;
  const IdleThreads::Call call = more ? threads_.call() : IdleThreads::Call();
  lock.unlock();
  call.ring();
  return work;
}

void Lanes::set_tree(Work& work, std::shared_ptr<const xmpp::StanzaTree> tree) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  work.item().tree = std::move(tree);
}

bool Lanes::ended(Work& work, const Ended& how, double chance) noexcept {
  bool own = false;
  IdleThreads::Call call;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++work.item().attempts;
    if (!is_current(work)) return false;
    const Instant now = clock_.now();
    const bool was_answering = gate_.answering();
    gate_.end(now, {work.lane_->first, work.began_, work.probe_, work.standing_ == Standing::failing}, how,
              chance, waiting_);
    const bool answering = gate_.answering();
    note_standing(work, how, now);
    if (answering && !was_answering) promote_but_spared(now);
    if (worth_retrying(how.verdict)) own = blame(work.item(), work.lane_->first, now);
    if (!answering || !was_answering) call = threads_.call();  // else the gate opens when it did before
  }
  call.ring();
  return own;
}

// Whether the failure of now is the item's own.
bool Lanes::blame(Item& item, const std::string& lane, Instant now) const {
  const Instant since = std::max<Instant>(item.failed, now - kRecently);
  const bool own = gate_.answering() && gate_.answered_others(lane, since);
  if (own && item.suspected && !gate_.was_away_since(item.failed)) ++item.failures;
  item.failed = now;
  item.suspected = own;
  return own;
}

void Lanes::broken_off(const Work& work) noexcept {
  IdleThreads::Call call;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (is_current(work)) gate_.forget(work.probe_);
    call = threads_.call();
  }
  call.ring();
}

void Lanes::done(Work&& work) noexcept {
  IdleThreads::Call call;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    Named& named = *work.lane_;
    release(work);
    if (reading_) done_.push_back(work.item().seq);  // there is room for as many as were at work
    if (!named.second.queue.empty()) {
      go_on(named);  // behind the others: nobody's backlog goes before their first stanza
      call = threads_.call();
    } else {
      lanes_.erase(lanes_.find(named.first));
    }
  }
  call.ring();
}

void Lanes::put_back(Work&& work, Instant when) noexcept {
  IdleThreads::Call call;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    Named& named = *work.lane_;
    Item& item = work.item();
    item.withdrawn = named.second.withdrawn;
    release(work);
    item.stanza = item.text();
    if (item.tree && !trees_.take(*item.tree)) item.tree = nullptr;
    const size_t size = item.stanza ? item.stanza->xml.size() : 0;
    if (item.kept() && size + resident_ > kMaxTriedResident) item.stanza = nullptr;
    if (item.stanza) resident_ += size;
    loose_ += item.kept() ? 0 : 1;
    named.second.queue.splice(named.second.queue.begin(), work.held_);
    ++waiting_;
    if (is_current(work)) {
      back_off(named, when);
    } else {
      get_in_line(named, kUsual);
    }
    call = threads_.call();
  }
  call.ring();
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
  if (from.at_work && from.at_work->kept() && from.at_work->id == id) from.withdrawn = true;
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
  IdleThreads::Call call;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    gate_.resume(which);
    if ((which & (Gate::kPaused | Gate::kDisabled)) != 0) {
      gate_.drain(clock_.now(), waiting_);
      promote_all();
    }
    call = threads_.call();
  }
  call.ring();
}

void Lanes::try_now() {
  IdleThreads::Call call;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    gate_.probe_now(clock_.now());
    promote_all();
    call = threads_.call();
  }
  call.ring();
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
  all.reserve(waiting_ - loose_ + at_work_);
  for (const auto& [name, lane] : lanes_) {
    if (lane.at_work && lane.at_work->kept() && !lane.withdrawn) all.push_back(*lane.at_work);
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
