// SPDX-License-Identifier: MIT
#include "journal/journal.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/thread.h"
#include "journal/deliveries.h"
#include "journal/writer.h"

namespace restanza::journal {
namespace {

const Error kEnded{"the journal is closed"};

// An asker that fails, out of memory, must not end the host; what it held has ended with it.
template <class Tell>
void guarded(Log& log, Tell&& tell) {
  try {
    tell();
  } catch (const std::exception& error) {
    log.error(std::string("what the journal was asked for went wrong: ") + error.what());
  }
}

}  // namespace

Journal::Journal(Settings settings, const Clock& clock, Log& log)
    : settings_(std::move(settings)), clock_(clock), log_(log) {}

Journal::~Journal() {
  stop();
}

Result<void> Journal::open() {
  auto opened = Store::open(settings_.directory, settings_.max_bytes, clock_);
  if (!opened) return opened.error();
  if (!opened->set_aside.empty()) {
    log_.error("The journal was damaged and begins anew; the damaged file is kept as " + opened->set_aside);
  }
  if (!durable()) {
    log_.warn(
        "The journal is in memory, for there is no state directory: what waits for endpoints is lost when "
        "this "
        "program ends");
  }
  store_ = std::move(opened->store);
  writer_ = std::make_unique<Writer>(*store_, settings_.max_bytes, kRetry, clock_, log_);
  running_ = true;
  thread_ = start_thread("rz-journal", [this] { loop(); });
  return {};
}

void Journal::stop() {
  std::vector<std::function<void()>> dropped;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    running_ = false;
    dropped.swap(rooms_);
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  std::shared_ptr<Store> closed;  // outside the lock, for closing waits for the disk
  const std::lock_guard<std::mutex> lock(mutex_);
  closed.swap(store_);
}

bool Journal::take(Entry&& entry, Taken then, std::function<void()> room) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!running_) return false;
    const size_t size = entry.stanza.xml.size();
    // Alone even the largest one is taken, or it would never be.
    if (takes_ >= kMaxIntake || (takes_ > 0 && bytes_ + size > kMaxIntakeBytes)) {
      if (room) rooms_.push_back(std::move(room));
      return false;
    }
    ++takes_;
    bytes_ += size;
    intake_.push_back(Offered{std::move(entry), std::move(then)});
  }
  changed_.notify_one();
  return true;
}

Result<void> Journal::ask(Item item) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const bool is_work = std::holds_alternative<Asked>(item);
    if (!running_) return kEnded;
    if (is_work && work_ >= kMaxWork) return Error{"too much waits for the journal"};
    if (is_work) ++work_;
    intake_.push_back(std::move(item));
  }
  changed_.notify_one();
  return {};
}

void Journal::change(Change change) {
  (void)ask(std::move(change));  // after `stop` there is nobody left to do it
}

void Journal::remove(Seq seq) {
  change(Removed{seq});
}
void Journal::note_attempt(const Delivery& delivery) {
  change(Noted{delivery});
}
void Journal::note_dead(const Delivery& delivery) {
  Noted noted{delivery};
  noted.delivery.state = State::dead;
  change(std::move(noted));
}
void Journal::remember_stop(EndpointStop stop) {
  change(std::move(stop));
}
void Journal::forget_stop(const std::string& endpoint) {
  change(Started{endpoint});
}
void Journal::forget_dead(WallTime before) {
  change(ForgetDead{before});
}

void Journal::run(Work work, std::function<void(Result<void>)> then) {
  if (auto asked = ask(Asked{std::move(work), then}); !asked) then(asked);
}

Result<std::optional<xmpp::Stanza>> Journal::load(Seq seq) {
  std::shared_ptr<Store> store;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    store = store_;
  }
  if (!store) return kEnded;
  std::optional<xmpp::Stanza> stanza;
  const auto read = store->read([&](Database& db) -> Result<void> {
    auto found = stanza_of(db, seq);
    if (!found) return found.error();
    stanza = std::move(*found);
    return {};
  });
  if (!read) return read.error();
  return stanza;
}

size_t Journal::waiting() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return takes_;
}

void Journal::loop() {
  while (auto group = next_group()) {
    writer_->write(*group);
    tell(std::move(*group));
  }
  writer_->finish();
}

std::optional<Group> Journal::next_group() {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto asked = [this] { return !running_ || !intake_.empty(); };
  if (writer_->owes()) {
    changed_.wait_until(lock, writer_->retry_at(), asked);
  } else {
    changed_.wait(lock, asked);
  }
  if (!running_ && intake_.empty()) return std::nullopt;
  const auto end = intake_.begin() + static_cast<std::ptrdiff_t>(std::min(intake_.size(), kMaxGroup));
  Group group(std::make_move_iterator(intake_.begin()), std::make_move_iterator(end));
  intake_.erase(intake_.begin(), end);
  return group;
}

void Journal::tell(Group group) {
  size_t takes = 0, bytes = 0, work = 0;
  for (Item& item : group) {
    if (auto* offered = std::get_if<Offered>(&item)) {
      ++takes;
      bytes += offered->entry.stanza.xml.size();
      guarded(log_, [&] { offered->then(std::move(offered->entry), std::move(offered->taken)); });
    } else if (auto* asked = std::get_if<Asked>(&item)) {
      ++work;
      guarded(log_, [&] { asked->then(std::move(asked->done)); });
    }
  }
  std::vector<std::function<void()>> rooms;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    takes_ -= takes;
    bytes_ -= bytes;
    work_ -= work;
    if (takes > 0) rooms.swap(rooms_);
  }
  for (const auto& room : rooms) guarded(log_, room);
}

}  // namespace restanza::journal
