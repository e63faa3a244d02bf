// SPDX-License-Identifier: MIT
#include "feed/backlog.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace restanza::feed {

void Backlog::open(journal::Consumer known, size_t waiting) {
  known_ = std::move(known);
  waiting_ = waiting;
  forget_memory();
}

void Backlog::reopen(journal::Consumer known) {
  if (known.identity != known_.identity) open(std::move(known), 0);
}

bool Backlog::has(const Cursor& place, bool ours) const {
  return place.identity == known_.identity && place.seq >= known_.acknowledged &&
         (!ours || place.seq <= known_.latest);
}

void Backlog::refresh(const journal::Consumer& known, size_t waiting) {
  known_.identity = known.identity;
  known_.acknowledged = std::max(known_.acknowledged, known.acknowledged);
  known_.missed = std::max(known_.missed, known.missed);
  known_.told = std::max(known_.told, known.told);
  known_.latest = std::max(known_.latest, known.latest);
  waiting_ = waiting;
  forget_memory();
}

void Backlog::pass(journal::Seq seq) {
  if (seq <= known_.latest) return;
  known_.latest = seq;
  forget_memory();
}

bool Backlog::add(journal::Seq seq) {
  if (seq <= known_.latest) return false;
  known_.latest = seq;
  ++waiting_;
  forget_memory();
  return true;
}

// For want of memory it is read from the disk.
bool Backlog::add(Kept one) {
  if (one.seq <= known_.latest) return false;
  known_.latest = one.seq;
  ++waiting_;
  try {
    tail_.add(std::move(one));
  } catch (const std::exception&) {
    forget_memory();
  }
  return true;
}

std::optional<std::vector<Kept>> Backlog::in_memory(journal::Seq after) const {
  if (!tail_.covers(after)) return std::nullopt;
  return tail_.behind(std::max(after, known_.acknowledged));
}

bool Backlog::is_news(const Cursor& acknowledged) const {
  return acknowledged.seq > known_.acknowledged || acknowledged.missed > known_.told;
}

void Backlog::acknowledge(const Cursor& cursor, size_t removed) {
  known_.acknowledged = std::max(known_.acknowledged, cursor.seq);
  known_.told = std::max(known_.told, std::min(cursor.missed, known_.missed));
  waiting_ -= std::min(waiting_, removed);
}

void Backlog::give_up(size_t count) {
  if (count > 0) forget_memory();
  known_.missed += count;
  waiting_ -= std::min(waiting_, count);
}

void Backlog::withdraw(journal::Seq seq) {
  if (seq > known_.acknowledged && waiting_ > 0) --waiting_;
  tail_.forget(seq);
}

}  // namespace restanza::feed
