// SPDX-License-Identifier: MIT
#include "subscription/idle_threads.h"

#include <thread>
#include <vector>

#include "support/catch.h"

using restanza::subscription::IdleThreads;

namespace {

constexpr std::chrono::seconds kDeadline{20};

// Threads that come one after the other, wait, note their number when called, and wait again.
class Crowd {
 public:
  ~Crowd() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ended_ = true;
    }
    idle.call_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void come() {
    const size_t number = threads_.size();
    threads_.emplace_back([this, number] {
      std::unique_lock<std::mutex> lock(mutex_);
      for (++waiting_; !ended_; ++waiting_) {
        changed_.notify_all();
        idle.wait(lock);  // may end for no reason, and then nobody has called
        --waiting_;
        if (called_) looked_.push_back(number);
        called_ = false;
      }
    });
    std::unique_lock<std::mutex> lock(mutex_);
    REQUIRE(changed_.wait_for(lock, kDeadline, [&] { return waiting_ == threads_.size(); }));
  }

  // Who came; and waits again.
  size_t call() {
    std::unique_lock<std::mutex> lock(mutex_);
    const size_t before = looked_.size();
    called_ = true;
    const auto call = idle.call();
    lock.unlock();
    REQUIRE(call.reaches_somebody());
    call.ring();
    lock.lock();
    REQUIRE(changed_.wait_for(lock, kDeadline,
                              [&] { return looked_.size() > before && waiting_ == threads_.size(); }));
    return looked_.back();
  }

  IdleThreads::Call call_without_ringing() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return idle.call();
  }

  IdleThreads idle;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::thread> threads_;
  std::vector<size_t> looked_;
  size_t waiting_ = 0;
  bool called_ = false;
  bool ended_ = false;
};

}  // namespace

TEST_CASE("the thread that waits in the first place is called again and again") {
  Crowd crowd;
  for (int i = 0; i < 3; ++i) crowd.come();
  for (int i = 0; i < 5; ++i) CHECK(crowd.call() == 0);
}

TEST_CASE("while a thread that was called is on its way no other is called") {
  Crowd crowd;
  crowd.come();
  crowd.come();
  const auto first = crowd.call_without_ringing();
  CHECK(first.reaches_somebody());
  CHECK_FALSE(crowd.call_without_ringing().reaches_somebody());
  first.ring();
}

TEST_CASE("a call that finds nobody leaves the next thread that waits to be called") {
  Crowd crowd;
  CHECK_FALSE(crowd.call_without_ringing().reaches_somebody());
  crowd.come();
  CHECK(crowd.call() == 0);
}

TEST_CASE("threads without a place of their own are all woken in the end") {
  Crowd crowd;
  for (size_t i = 0; i < IdleThreads::kPlaces + 2; ++i) crowd.come();
  CHECK(crowd.call() == 0);
}

TEST_CASE("nobody has to be called after a time") {
  IdleThreads idle;
  std::mutex mutex;
  std::unique_lock<std::mutex> lock(mutex);
  idle.wait_for(lock, std::chrono::milliseconds(1));
  CHECK_FALSE(idle.call().reaches_somebody());
}
