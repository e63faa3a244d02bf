// SPDX-License-Identifier: MIT
// The deliveries of one endpoint that have left while their answers are still on their way to the host: until
// it has them, the journal keeps the deliveries, and whoever reads it must not take them for waiting ones.
// Any thread. What `hold` gives may outlive this.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "journal/record.h"

namespace restanza::webhook {

class OpenAnswers {
  struct Known {
    std::mutex mutex;
    std::vector<journal::Seq> seqs;
  };

 public:
  class Held {
   public:
    Held(std::shared_ptr<Known> known, journal::Seq seq) : known_(std::move(known)), seq_(seq) {
      const std::lock_guard<std::mutex> lock(known_->mutex);
      known_->seqs.push_back(seq_);
    }
    ~Held() {
      const std::lock_guard<std::mutex> lock(known_->mutex);
      auto& seqs = known_->seqs;
      seqs.erase(std::find(seqs.begin(), seqs.end(), seq_));
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

   private:
    const std::shared_ptr<Known> known_;
    const journal::Seq seq_;
  };

  // The answer is on its way for as long as somebody holds this. Null where the journal does not keep the
  // delivery.
  std::shared_ptr<const Held> hold(journal::Seq seq) const {
    return seq != 0 ? std::make_shared<const Held>(known_, seq) : nullptr;
  }

  bool empty() const {
    const std::lock_guard<std::mutex> lock(known_->mutex);
    return known_->seqs.empty();
  }
  std::vector<journal::Seq> seqs() const {
    const std::lock_guard<std::mutex> lock(known_->mutex);
    return known_->seqs;
  }

 private:
  const std::shared_ptr<Known> known_ = std::make_shared<Known>();
};

}  // namespace restanza::webhook
