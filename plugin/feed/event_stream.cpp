// SPDX-License-Identifier: MIT
#include "feed/event_stream.h"

#include <utility>

#include "feed/event_text.h"

namespace restanza::feed {

EventStream::EventStream(http::Exchange exchange, std::shared_ptr<EventSource> source, Life life,
                         ReadThread& thread, const Clock& clock)
    : exchange_(std::move(exchange)),
      source_(std::move(source)),
      life_(std::move(life)),
      thread_(thread),
      clock_(clock) {}

EventStream::~EventStream() {
  if (exchange_) source_->ended();
}

// nginx gathers answers unless it is told otherwise.
std::vector<http::Header> EventStream::headers() {
  return {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
}

void EventStream::comment() {
  comment_due_ = true;
  news();
}

void EventStream::end() {
  ending_ = true;
  news();
}

// One piece at a time: others are in line.
void EventStream::run() {
  if (!exchange_) return;
  if (gone_) return finish(false);
  if (!begun_ && !begin()) return finish(false);
  const bool ends = ending_ || (life_.until && clock_.now() >= *life_.until);
  if (!ends && !fill()) return finish(false);
  if (!text_.empty()) return write();
  if (ends) finish(true);
}

bool EventStream::begin() {
  exchange_->watch([weak = weak_from_this()] {
    const auto left = weak.lock();
    if (!left) return;
    left->gone_ = true;
    left->news();
  });
  const auto begun = exchange_->begin({200, headers()}, [weak = weak_from_this()] {
    if (const auto stream = weak.lock()) stream->news();
  });
  begun_ = true;
  text_ = "retry: " + std::to_string(kRetry.count()) + "\n\n";
  return begun == http::Written::taken;
}

bool EventStream::fill() {
  if (!text_.empty()) return true;
  if (!source_->read(text_)) return false;
  if (comment_due_.exchange(false) && text_.empty()) text_ = kEventComment;
  return true;
}

void EventStream::write() {
  switch (exchange_->write(text_)) {
    case http::Written::taken:
      text_ = {};
      blocked_since_.reset();
      return news();
    case http::Written::would_block:
      if (!blocked_since_) blocked_since_ = clock_.now();
      if (ending_ || clock_.now() - *blocked_since_ >= kSlow) finish(false);
      return;
    case http::Written::gone:
    case http::Written::refused:
      return finish(false);
  }
}

void EventStream::finish(bool whole) {
  if (whole) exchange_->end();
  exchange_.reset();
  text_ = {};
  source_->ended();
  life_.over(shared_from_this());
}

}  // namespace restanza::feed
