// SPDX-License-Identifier: MIT
// Follows a consumer: what waits for it, and then what comes. It acknowledges nothing. Any thread, but for
// what EventSource says; nothing blocks.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/log.h"
#include "feed/consumer.h"
#include "feed/live_source.h"

namespace restanza::feed {

class Follower final : public LiveSource, public Reader {
 public:
  static constexpr size_t kMost = 1000;                      // updates at once
  static constexpr size_t kBytes = EventStream::kPiece / 2;  // of their texts, but for the first

  // `write` appends a page that has something to say to the events.
  using Write = std::function<void(const Page&, std::string& events)>;
  Follower(std::shared_ptr<Consumer> consumer, Cursor after, Write write, Log& log);

  bool read(std::string& events) override;
  void ended() override { consumer_->leave(*this); }

  void news() override;
  void superseded() override {}
  void ending() override;

 private:
  const std::shared_ptr<Consumer> consumer_;
  const Write write_;
  Log& log_;
  Cursor at_;  // the thread that reads only
  std::atomic<bool> news_{true};
};

}  // namespace restanza::feed
