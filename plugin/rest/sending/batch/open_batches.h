// SPDX-License-Identifier: MIT
// The batches that are under way: how many there may be, and their end. Each is kept alive here until it says
// that it is over. Any thread; no lock is held while a batch is called.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace restanza::rest {

class OpenBatch {
 public:
  virtual ~OpenBatch() = default;
  virtual void stop() = 0;       // takes no more stanzas, and ends when what it has sent is answered
  virtual void break_off() = 0;  // ends now
};

class OpenBatches {
 public:
  static constexpr size_t kMax = 256;

  // 0: there are too many, or it is the end.
  uint64_t open(std::shared_ptr<OpenBatch> batch) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_ || open_.size() >= kMax) return 0;
    open_.emplace(++last_, std::move(batch));
    return last_;
  }
  void close(uint64_t id) {
    std::shared_ptr<OpenBatch> closed;  // goes after the lock
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = open_.find(id);
    if (found == open_.end()) return;
    closed = std::move(found->second);
    open_.erase(found);
  }

  void stop() {
    each([](OpenBatch& batch) { batch.stop(); });
  }
  void break_off() {
    each([](OpenBatch& batch) { batch.break_off(); });
  }

 private:
  void each(const std::function<void(OpenBatch&)>& tell) {
    std::vector<std::shared_ptr<OpenBatch>> told;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
      for (const auto& [id, batch] : open_) told.push_back(batch);
    }
    for (const auto& batch : told) tell(*batch);
  }

  std::mutex mutex_;
  std::map<uint64_t, std::shared_ptr<OpenBatch>> open_;
  uint64_t last_ = 0;
  bool stopping_ = false;
};

}  // namespace restanza::rest
