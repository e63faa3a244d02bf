// SPDX-License-Identifier: MIT
// What a stream follows that hears of news by itself, and passes them on to the stream. Any thread, but for
// what EventSource says; nothing blocks.
#pragma once

#include <memory>
#include <mutex>

#include "feed/event_stream.h"

namespace restanza::feed {

class LiveSource : public EventSource {
 public:
  // Once the stream has begun: it is told of news from now on, and at once, for there may have been some.
  void tell(const std::shared_ptr<EventStream>& stream);

 protected:
  std::shared_ptr<EventStream> stream() const;  // null: there is none yet, or it has gone

 private:
  mutable std::mutex mutex_;
  std::weak_ptr<EventStream> stream_;  // under the lock
};

}  // namespace restanza::feed
