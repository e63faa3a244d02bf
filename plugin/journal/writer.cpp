// SPDX-License-Identifier: MIT
#include "journal/writer.h"

#include <algorithm>

#include "base/guarded.h"
#include "base/random.h"
#include "journal/answers.h"
#include "journal/database.h"
#include "journal/deliveries.h"

namespace restanza::journal {
namespace {

constexpr int kTries = 3;  // of work that throws: what may throw there can be done again
constexpr std::chrono::minutes kSayFullAgain{1};  // at the limit it comes and goes with every delivery

// What has been written stays so, whether or not it can be said.
constexpr const char* kSaying = "saying how the journal is";

Instant steady_now() {
  return std::chrono::steady_clock::now();
}

bool to_be_stored(const Item& item) {
  const auto* offered = std::get_if<Offered>(&item);
  return offered && offered->entry.keep && offered->taken;
}

bool is_work(const Item& item) {
  return std::holds_alternative<Asked>(item);
}

Result<Answer> answer_to(Database& db, const Asked& asked) {
  if (const auto* read = std::get_if<Read>(&asked.request)) return carry_out(db, *read);
  if (const auto* command = std::get_if<Command>(&asked.request)) return carry_out(db, *command);
  return Answer();
}

// In a savepoint, so that it fails alone. An error of this function itself is the whole transaction's.
Result<void> perform(Database& db, Asked& asked) {
  if (auto begun = db.run("SAVEPOINT work"); !begun) return begun;
  for (int left = kTries; left > 0; --left) {
    try {
      asked.answer = answer_to(db, asked);
      break;
    } catch (const std::exception& thrown) {  // for want of memory
      if (auto undone = db.run("ROLLBACK TO work"); !undone) return undone;
      asked.answer = Error{thrown.what()};
    }
  }
  // Some failures, such as of a disk that is full, make SQLite end the transaction itself.
  if (!db.in_transaction())
    return asked.answer ? Error{db.name() + ": the transaction has ended"} : asked.answer.error();
  if (!asked.answer) {
    if (auto undone = db.run("ROLLBACK TO work"); !undone) return undone;
  }
  return db.run("RELEASE work");
}

Result<void> perform_all(Database& db, Group& group) {
  for (Item& item : group) {
    if (auto* asked = std::get_if<Asked>(&item)) {
      if (auto performed = perform(db, *asked); !performed) return performed;
    }
  }
  return {};
}

void fail_work(Group& group, const Error& error) {
  for (Item& item : group) {
    if (auto* asked = std::get_if<Asked>(&item)) asked->answer = error;
  }
}

}  // namespace

void Writer::write(Group& group) {
  prepare(group);
  const bool may_retry = !owes() || steady_now() >= retry_at_;
  const bool stores = std::any_of(group.begin(), group.end(), to_be_stored);
  const bool writes = owes() || std::any_of(group.begin(), group.end(), [](const Item& item) {
                        return !std::holds_alternative<Offered>(item) || to_be_stored(item);
                      });
  if (!writes) return;
  if (may_retry) {
    const auto written = store_.write([&](Database& db) { return write_together(db, group); });
    if (written) {
      owed_.clear();
      note(stores ? false : new_work_fails_, false);
      return;
    }
    failure_ = written.error();
  }
  write_apart(group, may_retry);
}

void Writer::prepare(Group& group) {
  const bool full = std::any_of(group.begin(), group.end(), to_be_stored) && store_.full();
  if (full) guarded(log_, kSaying, [&] { note_full(); });
  const WallTime now = from_ms(to_ms(clock_.wall()));  // what the file will say of it
  for (Item& item : group) {
    auto* offered = std::get_if<Offered>(&item);
    if (!offered) continue;
    if (full && offered->entry.keep) {
      offered->taken = Error{"the journal holds journal_max_bytes, " + std::to_string(max_bytes_)};
      continue;
    }
    offered->taken = std::vector<Delivery>();  // also at another try
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

Result<void> Writer::write_together(Database& db, Group& group) const {
  if (auto applied = owed_.apply(db); !applied) return applied;
  for (Item& item : group) {
    Result<void> done;
    if (to_be_stored(item)) {
      auto& offered = std::get<Offered>(item);
      if (!offered.taken->empty()) done = insert(db, offered.entry.stanza, *offered.taken);
    } else if (const auto* change = std::get_if<Change>(&item)) {
      done = apply(db, *change);
    } else if (auto* asked = std::get_if<Asked>(&item)) {
      done = perform(db, *asked);
    }
    if (!done) return done;
  }
  return {};
}

void Writer::write_apart(Group& group, bool may_retry) {
  const bool stores = std::any_of(group.begin(), group.end(), to_be_stored);
  for (Item& item : group) {
    if (const auto* change = std::get_if<Change>(&item)) owed_.add(*change);
    if (to_be_stored(item)) std::get<Offered>(item).taken = failure_;
  }
  // Changes come before what was asked for after them, and may make the room that was wanting.
  if (owes() && may_retry) {
    const auto written = store_.write([&](Database& db) { return owed_.apply(db); });
    if (written) {
      owed_.clear();
    } else {
      failure_ = written.error();
      retry_at_ = steady_now() + retry_;
    }
  }
  note(stores || new_work_fails_, owes());
  // Work that only reads succeeds whatever the disk is like.
  if (std::any_of(group.begin(), group.end(), is_work)) {
    const auto performed = store_.write([&](Database& db) { return perform_all(db, group); });
    if (!performed) fail_work(group, performed.error());
  }
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
  if (!owes()) return;
  const auto written = store_.write([&](Database& db) { return owed_.apply(db); });
  if (written) {
    owed_.clear();
  } else {
    log_.error("The journal cannot be written: " + written.error().text + ": " +
               std::to_string(owed_.size()) + " changes are lost, so some deliveries will be repeated");
  }
}

}  // namespace restanza::journal
