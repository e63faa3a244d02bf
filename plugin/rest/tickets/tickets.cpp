// SPDX-License-Identifier: MIT
#include "rest/tickets/tickets.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "base/random.h"
#include "journal/answer_of.h"
#include "rest/access/digest.h"

namespace restanza::rest {
namespace {

using journal::Ticket;

std::string new_ticket() {
  return random_id() + random_id();  // 288 bits
}

std::string proof_of(const std::string& ticket, const std::string& credential_digest) {
  return sha256(ticket + '\n' + credential_digest);
}

}  // namespace

class Tickets::InUse {
 public:
  InUse(Tickets& tickets, std::string digest) : tickets_(tickets), digest_(std::move(digest)) {}
  ~InUse() {
    guarded(tickets_.log_, "the end of a ticket's use", [this] { tickets_.leave(digest_); });
  }
  InUse(const InUse&) = delete;
  InUse& operator=(const InUse&) = delete;

 private:
  Tickets& tickets_;
  const std::string digest_;
};

// A stream that was open ended with the program that had it.
Result<void> Tickets::start() {
  auto known =
      journal::answer_of<std::vector<Ticket>>([this](auto then) { journal_.tickets(std::move(then)); });
  if (!known) return known.error();
  const WallTime now = clock_.wall();
  std::vector<Ticket> changed;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (Ticket& one : *known) {
      if (one.state == Ticket::State::in_use) {
        one.state = Ticket::State::left;
        one.since = now;
        changed.push_back(one);
      }
      const auto lifetime = one.state == Ticket::State::issued ? WallTime::duration(kFirstUse) : kAfterUse;
      const auto age = std::max(now - one.since, WallTime::duration::zero());
      Entry& entry = all_[one.digest];
      entry.until = clock_.now() + lifetime - age;
      entry.kept = std::move(one);
    }
  }
  for (const Ticket& one : changed) keep(one);
  timer_.every(kLook, [this] { forget_old(); });
  return {};
}

void Tickets::issue(std::string consumer, const Credentials::Known& credential, Issued then) {
  const std::string text = new_ticket();
  Entry made;
  made.kept = {sha256(text),           std::move(consumer),
               credential.caller.name, proof_of(text, credential.digest),
               Ticket::State::issued,  clock_.wall()};
  made.until = clock_.now() + kFirstUse;
  const Ticket kept = made.kept;
  bool room = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    room = count(kept.credential) < kMaxEach;
    if (room) all_.emplace(kept.digest, std::move(made));
  }
  if (!room)
    return then(
        refused::too_often("This credential has " + std::to_string(kMaxEach) + " tickets", kFirstUse));
  journal_.keep_ticket(kept, [this, text, digest = kept.digest, then](const Result<void>& written) {
    if (written) return then(text);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      all_.erase(digest);
    }
    log_.error("a ticket cannot be kept: " + written.error().text);
    then(refused::later("The journal cannot be written"));
  });
}

std::optional<Tickets::Use> Tickets::use(const std::string& ticket, const Credentials& credentials) {
  const std::string digest = sha256(ticket);
  Ticket kept;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = all_.find(digest);
    if (found == all_.end()) return std::nullopt;
    if (found->second.uses == 0 && found->second.until <= clock_.now()) return std::nullopt;
    kept = found->second.kept;
  }
  auto known = credentials.known(kept.credential);
  if (!known || proof_of(ticket, known->digest) != kept.proof) return std::nullopt;
  Use use{std::move(known->caller), std::make_shared<const InUse>(*this, digest)};
  use.caller.consumer = kept.consumer;
  bool first = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    Entry& entry = all_[digest];
    first = entry.uses++ == 0;
    entry.kept = kept;
    entry.kept.state = Ticket::State::in_use;
    entry.kept.since = clock_.wall();
    kept = entry.kept;
  }
  if (first) keep(kept);
  return use;
}

void Tickets::leave(const std::string& digest) {
  Ticket kept;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = all_.find(digest);
    if (found == all_.end() || found->second.uses == 0 || --found->second.uses > 0) return;
    found->second.until = clock_.now() + kAfterUse;
    found->second.kept.state = Ticket::State::left;
    found->second.kept.since = clock_.wall();
    kept = found->second.kept;
  }
  keep(kept);
}

void Tickets::forget_old() {
  std::vector<std::string> old;
  const Instant now = clock_.now();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto each = all_.begin(); each != all_.end();) {
      const bool over = each->second.uses == 0 && each->second.until <= now;
      if (over) old.push_back(each->first);
      each = over ? all_.erase(each) : std::next(each);
    }
  }
  for (std::string& digest : old) journal_.forget_ticket(std::move(digest), [](const Result<void>&) {});
}

// Where it cannot be written, a restart knows it as it was.
void Tickets::keep(const Ticket& ticket) {
  journal_.keep_ticket(ticket, [](const Result<void>&) {});
}

// With the lock.
size_t Tickets::count(const std::string& credential) const {
  return static_cast<size_t>(std::count_if(
      all_.begin(), all_.end(), [&](const auto& each) { return each.second.kept.credential == credential; }));
}

}  // namespace restanza::rest
