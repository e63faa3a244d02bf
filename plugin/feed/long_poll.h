// SPDX-License-Identifier: MIT
// One request for updates that waits until there are some: its answer comes once, on the thread that reads or
// on the one that ends it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "base/timer.h"
#include "feed/consumer.h"
#include "feed/read_thread.h"

namespace restanza::feed {

class LongPoll final : public Reader, public ReadThread::Task, public std::enable_shared_from_this<LongPoll> {
 public:
  struct Request {
    Cursor after;
    size_t limit = 100;
    size_t bytes = 0;  // of the texts in a page, but for the first
    std::chrono::milliseconds timeout{0};
  };
  struct Answer {
    enum class End {
      page,        // what there is; empty when the time was up
      superseded,  // somebody else reads from now on
      failed,      // the journal could not be read: `page` is empty
      ending,      // the program ends
    };
    End end = End::page;
    Page page;
  };
  using Then = std::function<void(Answer)>;

  // Begins to wait. All that is referred to outlives its answer.
  static std::shared_ptr<LongPoll> begin(std::shared_ptr<Consumer> consumer, Request request,
                                         ReadThread& thread, Timer& timer, Log& log, Then then);

  // Nobody waits for it any more: it has no answer, unless it is on its way.
  void cancel();
  void news() override { thread_.ask(shared_from_this()); }
  void superseded() override { answer({Answer::End::superseded, {}}); }
  void ending() override { answer({Answer::End::ending, {}}); }

 private:
  LongPoll(std::shared_ptr<Consumer> consumer, Request request, ReadThread& thread, Timer& timer, Log& log,
           Then then);
  void run() override;
  void answer(Answer answer);
  Then take();

  const std::shared_ptr<Consumer> consumer_;
  const Request request_;
  ReadThread& thread_;
  Timer& timer_;
  Log& log_;
  const Instant until_;
  std::mutex mutex_;  // of what follows
  Then then_;         // empty: it has been answered
  Timer::Id alarm_ = 0;
};

}  // namespace restanza::feed
