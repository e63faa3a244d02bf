// SPDX-License-Identifier: MIT
#include "feed/live_source.h"

namespace restanza::feed {

void LiveSource::tell(const std::shared_ptr<EventStream>& stream) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stream_ = stream;
  }
  stream->news();
}

std::shared_ptr<EventStream> LiveSource::stream() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return stream_.lock();
}

}  // namespace restanza::feed
