// SPDX-License-Identifier: MIT
#include "feed/long_poll.h"

#include <utility>

namespace restanza::feed {

LongPoll::LongPoll(std::shared_ptr<Consumer> consumer, Request request, ReadThread& thread, Timer& timer,
                   Log& log, Then then)
    : consumer_(std::move(consumer)),
      request_(std::move(request)),
      thread_(thread),
      timer_(timer),
      log_(log),
      until_(timer.now() + request_.timeout),
      then_(std::move(then)) {}

// It hears of news before it reads for the first time, so that none is missed between.
std::shared_ptr<LongPoll> LongPoll::begin(std::shared_ptr<Consumer> consumer, Request request,
                                          ReadThread& thread, Timer& timer, Log& log, Then then) {
  const std::shared_ptr<LongPoll> poll(
      new LongPoll(std::move(consumer), std::move(request), thread, timer, log, std::move(then)));
  poll->consumer_->attend(poll);
  const std::weak_ptr<LongPoll> weak = poll;
  const Timer::Id alarm = timer.at(poll->until_, [weak] {
    if (const auto late = weak.lock()) late->news();
  });
  {
    const std::lock_guard<std::mutex> lock(poll->mutex_);
    poll->alarm_ = alarm;
  }
  poll->news();
  return poll;
}

void LongPoll::run() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!then_) return;
  }
  const bool late = timer_.now() >= until_;  // before it reads: what comes since is for the next request
  auto page = consumer_->read(request_.after, request_.limit, request_.bytes);
  if (!page) {
    log_.error("updates of '" + consumer_->settings().name + "' cannot be read: " + page.error().text);
    return answer({Answer::End::failed, {}});
  }
  if (page->updates.empty() && !late) return;
  answer({Answer::End::page, std::move(*page)});
}

void LongPoll::answer(Answer answer) {
  if (const Then then = take()) then(std::move(answer));
}

void LongPoll::cancel() {
  (void)take();
}

// Whoever takes it ends the poll.
LongPoll::Then LongPoll::take() {
  Then then;
  Timer::Id alarm = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    then.swap(then_);
    alarm = std::exchange(alarm_, 0);
  }
  if (alarm != 0) timer_.cancel(alarm);
  if (then) consumer_->leave(*this);
  return then;
}

}  // namespace restanza::feed
