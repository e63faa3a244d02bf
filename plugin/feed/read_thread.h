// SPDX-License-Identifier: MIT
// One thread that reads for all who read updates: so that neither the journal's thread, which tells of news,
// nor the host's waits for the disk. Each task is in its line once at most, however often it is asked for,
// and is asked for without needing memory: so the line is as long as there are readers, and what is in it is
// owned.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "base/log.h"

namespace restanza::feed {

class ReadThread {
 public:
  class Task {
   public:
    virtual ~Task() = default;

   private:
    friend class ReadThread;
    virtual void run() = 0;  // on the thread that reads; may wait for the disk

    std::shared_ptr<Task> next_;  // these under the lock
    bool waits_ = false;
  };

  explicit ReadThread(Log& log) : log_(log) {}
  ~ReadThread() { stop(); }
  ReadThread(const ReadThread&) = delete;
  ReadThread& operator=(const ReadThread&) = delete;

  void start();
  void stop();  // ends the thread; what is in line is not run, and let go

  // [any] Runs the task once more. One that runs right now runs again after that.
  void ask(std::shared_ptr<Task> task) noexcept;

 private:
  std::shared_ptr<Task> next();
  void loop();

  Log& log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<Task> first_;
  Task* last_ = nullptr;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace restanza::feed
