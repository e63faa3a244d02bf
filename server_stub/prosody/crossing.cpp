// SPDX-License-Identifier: MIT
#include "prosody/crossing.h"

#include <utility>

namespace restanza::host {
namespace {

bool is_question(const CrossingItem& item) {
  return std::holds_alternative<PasswordQuestion>(item) || std::holds_alternative<TokenQuestion>(item);
}

bool outlives_the_plugin(const CrossingItem& item) {
  return !std::holds_alternative<LoopWork>(item) && !is_question(item);
}

}  // namespace

void Crossing::push(CrossingItem item) {
  items_.push_back(std::move(item));
  if (!std::exchange(woken_, true)) wakeup_.wake();
}

void Crossing::push_stanza(FlatStanza stanza) {
  const size_t size = stanza.bytes();
  push(std::move(stanza));
  ++stanzas_;
  bytes_ += size;
}

xp_status Crossing::send(FlatStanza stanza, LoopWork writable) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (closed_) return XP_GONE;
  // Whoever comes behind somebody who waits has to wait, too.
  if (writers_.empty() && has_room(stanza.bytes())) {
    push_stanza(std::move(stanza));
    return XP_OK;
  }
  if (!writable) return XP_WOULD_BLOCK;
  if (writers_.size() >= kMaxWriters) return XP_INTERNAL;
  writers_.push_back(std::move(writable));
  return XP_WOULD_BLOCK;
}

void Crossing::post(LoopWork work) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!closed_) push(std::move(work));
}

template <class Question>
void Crossing::ask_or_fail(Question question) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!closed_ && questions_ < kMaxQuestions) {
      push(std::move(question));
      ++questions_;
      return;
    }
  }
  question.verdict(XP_INTERNAL, {});
}

template void Crossing::ask_or_fail(PasswordQuestion question);
template void Crossing::ask_or_fail(TokenQuestion question);

void Crossing::answer(FlatStanza stanza) {
  const std::lock_guard<std::mutex> lock(mutex_);
  push_stanza(std::move(stanza));
}

void Crossing::answer(HttpAnswer answer) {
  const std::lock_guard<std::mutex> lock(mutex_);
  push(std::move(answer));
}

void Crossing::say(int32_t level, std::string_view line) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (lines_ >= kMaxLines) {
    ++lost_lines_;
    return;
  }
  push(LogLine{level, std::string(line)});
  ++lines_;
}

void Crossing::drained() {
  const std::lock_guard<std::mutex> lock(mutex_);
  push(DrainDone{});
}

CrossingItem Crossing::take() {
  std::vector<LoopWork> writers;
  CrossingItem taken;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (items_.empty()) {
      if (std::exchange(woken_, false)) wakeup_.clear();
      if (lost_lines_ == 0) return taken;
      const size_t lost = std::exchange(lost_lines_, 0);
      return LogLine{XP_WARN, std::to_string(lost) + " lines of the log are lost: too many came at once"};
    }
    taken = std::move(items_.front());
    items_.pop_front();
    if (const auto* stanza = std::get_if<FlatStanza>(&taken)) {
      --stanzas_;
      bytes_ -= stanza->bytes();
      if (stanzas_ <= kMaxStanzas / 2 && bytes_ <= kMaxBytes / 2) writers.swap(writers_);
    }
    if (is_question(taken)) --questions_;
    if (std::holds_alternative<LogLine>(taken)) --lines_;
  }
  for (const LoopWork& writable : writers) {
    try {
      writable();
    } catch (...) {  // what was taken must not be lost with it
      say(XP_ERROR, "a send that waited for room went wrong");
    }
  }
  return taken;
}

void Crossing::close() {
  // What is dropped may call back while it is freed, so that is done without the lock.
  std::vector<LoopWork> writers;
  std::deque<CrossingItem> before;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    questions_ = 0;
    writers.swap(writers_);
    before.swap(items_);
    for (CrossingItem& item : before) {
      if (outlives_the_plugin(item)) items_.push_back(std::move(item));
    }
  }
}

}  // namespace restanza::host
