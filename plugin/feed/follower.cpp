// SPDX-License-Identifier: MIT
#include "feed/follower.h"

#include <utility>

namespace restanza::feed {

Follower::Follower(std::shared_ptr<Consumer> consumer, Cursor after, Write write, Log& log)
    : consumer_(std::move(consumer)), write_(std::move(write)), log_(log), at_(std::move(after)) {}

// Without news there is nothing to be looked for.
bool Follower::read(std::string& events) {
  if (!news_.exchange(false)) return true;
  auto page = consumer_->read(at_, kMost, kBytes);
  if (!page) {
    log_.error("what '" + consumer_->settings().name + "' follows cannot be read: " + page.error().text);
    return false;
  }
  if (page->full) news_ = true;
  at_ = page->end;
  if (!page->updates.empty() || page->missed != 0) write_(*page, events);
  return true;
}

void Follower::news() {
  news_ = true;
  if (const auto known = stream()) known->news();
}

void Follower::ending() {
  if (const auto known = stream()) known->end();
}

}  // namespace restanza::feed
