// SPDX-License-Identifier: MIT
// The batches that are under way: how many there may be, and their end. Each is kept alive here until it says
// that it is over. Any thread; no lock is held while a batch is called.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
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
  static constexpr size_t kMax = 256;     // at once
  static constexpr size_t kMaxEach = 64;  // of these, for one credential

  // 0: there are too many, or it is the end. `who`: whose credential.
  uint64_t open(std::shared_ptr<OpenBatch> batch, const std::string& who) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto own = std::count_if(open_.begin(), open_.end(),
                                   [&who](const auto& each) { return each.second.who == who; });
    if (stopping_ || open_.size() >= kMax || static_cast<size_t>(own) >= kMaxEach) return 0;
    open_.emplace(++last_, Entry{std::move(batch), who});
    return last_;
  }
  void close(uint64_t id) {
    std::shared_ptr<OpenBatch> closed;  // goes after the lock
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = open_.find(id);
    if (found == open_.end()) return;
    closed = std::move(found->second.batch);
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
      for (const auto& [id, entry] : open_) told.push_back(entry.batch);
    }
    for (const auto& batch : told) tell(*batch);
  }

  struct Entry {
    std::shared_ptr<OpenBatch> batch;
    std::string who;
  };

  std::mutex mutex_;
  std::map<uint64_t, Entry> open_;
  uint64_t last_ = 0;
  bool stopping_ = false;
};

}  // namespace restanza::rest
