// SPDX-License-Identifier: MIT
// Requests for updates that wait.
#include "feed/long_poll.h"

#include "unit/feed/world.h"

using namespace restanza;
using namespace restanza::feed;
using namespace std::chrono_literals;

namespace {

struct Polled : World {
  ReadThread thread{log};
  Collected<std::string> answers;

  Polled() { thread.start(); }
  ~Polled() {  // the journal's thread tells readers, and these ask the one that reads
    bot->stop();
    journal.stop();
    thread.stop();
  }

  static std::string text_of(const LongPoll::Answer& answer) {
    switch (answer.end) {
      case LongPoll::Answer::End::page:
        return "page: " + ids(answer.page);
      case LongPoll::Answer::End::superseded:
        return "superseded";
      case LongPoll::Answer::End::failed:
        return "failed";
      case LongPoll::Answer::End::ending:
        return "ending";
    }
    return {};
  }
  std::shared_ptr<LongPoll> poll(std::chrono::milliseconds timeout = 30s) {
    return LongPoll::begin(bot, {bot->acknowledged(), kAll, kRoom, timeout}, thread, timer, log,
                           [this](const LongPoll::Answer& answer) { answers.add(text_of(answer)); });
  }
  // What was asked of the thread before has been done.
  void settle_thread() {
    struct Last final : ReadThread::Task {
      Door door;
      void run() override { door.open(); }
    };
    const auto last = std::make_shared<Last>();
    thread.ask(last);
    REQUIRE(last->door.pass());
  }
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("what is there is had at once, and what is not when it comes") {
  Polled p;
  p.message("1");
  p.settle();
  const auto first = p.poll();
  CHECK(p.answers.wait(1) == Texts{"page: 1"});
  p.acknowledge(p.read().next);
  const auto second = p.poll();
  p.settle_thread();
  CHECK(p.answers.now().size() == 1);
  p.message("2");
  CHECK(p.answers.wait(2).back() == "page: 2");
  p.message("3");
  p.settle();
  p.settle_thread();
  CHECK(p.answers.now().size() == 2);  // each has one answer
}

TEST_CASE("when its time is up a poll has an empty page, and one without time at once") {
  Polled p;
  const auto now = p.poll(0ms);
  CHECK(p.answers.wait(1) == Texts{"page: "});
  const auto later = p.poll(30s);
  p.settle_thread();
  p.clock.advance(30s - 1ms);
  p.timer.run_due();
  p.settle_thread();
  CHECK(p.answers.now().size() == 1);
  p.clock.advance(1ms);
  p.timer.run_due();
  CHECK(p.answers.wait(2).back() == "page: ");
}

TEST_CASE("of two at once the older is superseded, at once") {
  Polled p;
  const auto older = p.poll();
  p.settle_thread();
  const auto newer = p.poll();
  CHECK(p.answers.now() == Texts{"superseded"});
  p.message("1");
  CHECK(p.answers.wait(2).back() == "page: 1");
}

TEST_CASE("who has left has no answer, and takes the place of nobody") {
  Polled p;
  const auto left = p.poll();
  left->cancel();
  const auto next = p.poll();
  p.settle_thread();
  p.message("1");
  CHECK(p.answers.wait(1) == Texts{"page: 1"});
  p.clock.advance(30s);
  p.timer.run_due();
  p.settle_thread();
  CHECK(p.answers.now().size() == 1);
}

TEST_CASE("a poll ends with the program, once") {
  Polled p;
  const auto poll = p.poll();
  p.settle_thread();
  p.bot->stop();
  p.bot->stop();
  CHECK(p.answers.now() == Texts{"ending"});
  const auto late = p.poll();
  CHECK(p.answers.now() == Texts{"ending", "ending"});
}

TEST_CASE("a journal that cannot be read is said, and the reader is told") {
  Polled p;
  p.message("1");  // waits on disk only, for nobody reads
  p.settle();
  p.journal.stop();
  const auto poll = p.poll();
  CHECK(p.answers.wait(1) == Texts{"failed"});
  CHECK_THAT(p.log.lines.now().back(), Contains("updates of 'default' cannot be read"));
}
