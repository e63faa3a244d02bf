// SPDX-License-Identifier: MIT
#include "journal/writer.h"

#include <algorithm>

#include "base/guarded.h"
#include "base/random.h"

namespace restanza::journal {
namespace {

constexpr std::chrono::minutes kSayFullAgain{1};  // at the limit it comes and goes with every delivery

// What has been written stays so, whether or not it can be said.
constexpr const char* kSaying = "saying how the journal is";

Instant steady_now() {
  return std::chrono::steady_clock::now();
}

bool to_be_stored(const Item& item) {
  const auto* offered = std::get_if<OfferedEntry>(&item);
  return offered && offered->entry.keep && offered->taken;
}

// Null where the item is something else, or a read.
const Command* command_of(const Item& item) {
  const Asked* asked = asked_of(item);
  return asked ? std::get_if<Command>(&asked->request) : nullptr;
}

bool is_command(const Item& item) {
  return command_of(item) != nullptr;
}

void append_command(const Item& item, std::vector<Write>& writes) {
  if (const Command* command = command_of(item)) writes.emplace_back(Alone{*command, asked_of(item)->answer});
}

bool to_be_written(const Item& item) {
  return to_be_stored(item) || is_command(item) || std::holds_alternative<Change>(item);
}

// Of a command that brings a date.
template <class Dated>
auto correct(Dated& command, const Dates& dates, int) -> decltype(void(command.now)) {
  command.now = dates.corrected(command.now);
}
template <class Other>
void correct(Other&, const Dates&, long) {}

void fail_commands(const Group& group, const Error& error) {
  for (const Item& item : group) {
    if (is_command(item)) asked_of(item)->answer = error;
  }
}

}  // namespace

bool Writer::write(Group& group) {
  date(group);
  prepare(group);
  const bool may_retry = !has_pending() || steady_now() >= retry_at_;
  const bool stores = std::any_of(group.begin(), group.end(), to_be_stored);
  const bool writes = has_pending() || std::any_of(group.begin(), group.end(), to_be_written);
  if (!writes) return false;
  if (may_retry) {
    auto written = write_together(group);
    if (!written && mend_()) written = write_together(group);
    if (written) {
      pending_.clear();
      note(stores ? false : new_work_fails_, false);
      return true;
    }
    failure_ = written.error();
    if (failure_.kind == Error::Kind::unsettled) {
      unsettled_ = std::move(pending_);
      pending_.clear();
      note(true, true);
      return true;
    }
  }
  write_apart(group, may_retry);
  return true;
}

void Writer::carried_out() {
  unsettled_.reset();
  note(false, has_pending());
}

// Its changes come before those that were asked for since.
void Writer::bring_back(Group& group) {
  PendingChanges all = std::move(*unsettled_);
  unsettled_.reset();
  for (const Item& item : group) {
    if (const auto* change = std::get_if<Change>(&item)) all.add(*change);
  }
  group.erase(std::remove_if(group.begin(), group.end(),
                             [](const Item& item) { return std::holds_alternative<Change>(item); }),
              group.end());
  all.add_all(pending_);
  pending_ = std::move(all);
}

void Writer::refuse(Group& group) {
  date(group);
  for (Item& item : group) {
    if (const auto* change = std::get_if<Change>(&item)) pending_.add(*change);
    if (to_be_stored(item)) std::get<OfferedEntry>(item).taken = failure_;
  }
  fail_commands(group, failure_);
}

// What a jump of the clock does to what is stored, and to what is to be stored.
void Writer::date(Group& group) {
  if (const auto redated = dates_.look()) pending_.add(*redated);
  const bool purges_wait = dates_.purges_wait();
  for (Item& item : group) {
    auto* change = std::get_if<Change>(&item);
    if (auto* noted = change ? std::get_if<Noted>(change) : nullptr)
      noted->changed = dates_.corrected(noted->changed);
    Asked* const asked = asked_of(item);
    auto* command = asked ? std::get_if<Command>(&asked->request) : nullptr;
    if (command) std::visit([&](auto& what) { correct(what, dates_, 0); }, *command);
    if (!purges_wait) continue;
    if (change && std::holds_alternative<ForgetDead>(*change)) *change = ForgetDead{WallTime::min()};  // none
    if (command && std::holds_alternative<ForgetOldKeys>(*command)) asked->request = std::monostate();
  }
}

void Writer::prepare(Group& group) {
  full_ = std::any_of(group.begin(), group.end(), to_be_stored) && store_.full();
  if (full_) guarded(log_, kSaying, [&] { note_full(); });
  // What the store will say of it.
  const WallTime now = std::chrono::floor<std::chrono::milliseconds>(clock_.wall());
  for (Item& item : group) {
    auto* offered = std::get_if<OfferedEntry>(&item);
    if (!offered) continue;
    if (full_ && offered->entry.keep) {
      offered->taken = Error{"the journal holds journal_max_bytes, " + std::to_string(max_bytes_)};
      continue;
    }
    offered->taken = std::vector<Delivery>();  // also at another try
    offered->taken->reserve(offered->entry.to.size());
    for (const Entry::To& to : offered->entry.to) {
      Delivery delivery;
      delivery.id = "msg_" + random_id();
      delivery.endpoint = to.endpoint;
      delivery.answers = to.answers;
      delivery.accepted = delivery.changed = now;
      offered->taken->push_back(std::move(delivery));
    }
  }
}

Result<void> Writer::write_together(Group& group) const {
  std::vector<Write> writes;
  writes.reserve(pending_.size() + group.size());
  pending_.append_to(writes);
  for (Item& item : group) {
    if (to_be_stored(item)) {
      auto& offered = std::get<OfferedEntry>(item);
      if (!offered.taken->empty()) writes.emplace_back(Insert{*offered.entry.stanza, *offered.taken});
    } else if (const auto* change = std::get_if<Change>(&item)) {
      writes.emplace_back(change);
    } else {
      append_command(item, writes);
    }
  }
  return store_.write(writes);
}

Result<void> Writer::write_pending() const {
  std::vector<Write> writes;
  pending_.append_to(writes);
  return store_.write(writes);
}

void Writer::write_apart(Group& group, bool may_retry) {
  const bool stores = std::any_of(group.begin(), group.end(), to_be_stored);
  for (Item& item : group) {
    if (const auto* change = std::get_if<Change>(&item)) pending_.add(*change);
    if (to_be_stored(item)) std::get<OfferedEntry>(item).taken = failure_;
  }
  // Changes come before what was asked for after them, and may make the room that was wanting.
  if (has_pending() && may_retry) {
    const auto written = write_pending();
    if (written) {
      pending_.clear();
    } else {
      failure_ = written.error();
      retry_at_ = steady_now() + retry_;
    }
  }
  note(stores || new_work_fails_, has_pending());
  // A command that finds nothing to change succeeds whatever the disk is like.
  std::vector<Write> commands;
  for (const Item& item : group) append_command(item, commands);
  if (commands.empty()) return;
  if (const auto performed = store_.write(commands); !performed) fail_commands(group, performed.error());
}

void Writer::note_full() {
  const Instant now = clock_.now();
  if (full_said_ && now - *full_said_ < kSayFullAgain) return;
  full_said_ = now;
  log_.warn("The journal holds journal_max_bytes (" + std::to_string(max_bytes_) +
            "): new stanzas for endpoints are refused until some of it is delivered or discarded");
}

void Writer::note(bool new_work_fails, bool changes_fail) {
  const bool failed = new_work_fails_ || changes_fail_;
  new_work_fails_ = new_work_fails;
  changes_fail_ = changes_fail;
  const bool fails = new_work_fails_ || changes_fail_;
  guarded(log_, kSaying, [&] {
    if (fails && !failed) {
      log_.error("The journal cannot be written: " + failure_.text +
                 ": new stanzas for endpoints are refused until it can");
    } else if (failed && !fails) {
      log_.info("The journal can be written again");
    }
  });
}

void Writer::finish() {
  if (!has_pending()) return;
  const auto written = write_pending();
  if (written) {
    pending_.clear();
  } else {
    log_.error("The journal cannot be written: " + written.error().text + ": " +
               std::to_string(pending_.size()) + " changes are lost, so some deliveries will be repeated");
  }
}

}  // namespace restanza::journal
