// SPDX-License-Identifier: GPL-3.0-or-later
// The stanzas that a component has yet to write: bounded, in order, and kept over reconnects. A stanza leaves
// the queue when the socket has taken its last byte; one that was cut off by the end of a connection is
// written again from its beginning.
//
// Threads: `push`, `end`, `size` are for any thread. Everything else belongs to the link's thread, which also
// calls the callbacks that `due` hands out. The queue owns both stanzas and callbacks until then.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "net/wakeup.h"

namespace restanza::host {

struct OutLimits {
  size_t stanzas = 10000;
  size_t bytes = 16 * 1024 * 1024;
  size_t callbacks = 10000;  // callers that wait for room; past it a callback is dropped without a call
};

class OutQueue {
 public:
  enum class Push { taken, would_block, ended };

  OutQueue(OutLimits limits, std::shared_ptr<Wakeup> wakeup) : limits_(limits), wakeup_(std::move(wakeup)) {}

  // [any] `request`: taken only while the queue is open, because nobody waits through an outage for its
  // answer. would_block: nothing was taken, and `writable` will be due once it would be.
  Push push(std::string xml, bool request, std::function<void()> writable);

  // [any] From now on nothing is taken.
  void end();

  // [any] Stanzas that are not completely written.
  size_t size() const;

  // Whether what is taken can go out right now.
  void open(bool is_open);

  // The next bytes to write, of several stanzas: fills at most `count` of `parts`, returns how many. The
  // memory stays until `wrote` or `rewind`.
  size_t gather(iovec* parts, size_t count);
  void wrote(size_t bytes);
  void rewind();  // the connection is gone
  bool mid_stanza() const { return offset_ > 0; }
  uint64_t written() const { return written_; }  // stanzas so far; the link's thread only

  // The callbacks for whose stanzas there is room now, oldest first, no more than fit together.
  std::vector<std::function<void()>> due();

 private:
  struct Waiting {
    size_t bytes;
    bool request;
    std::function<void()> writable;
  };
  bool fits(size_t stanzas, size_t bytes, size_t more) const;

  const OutLimits limits_;
  const std::shared_ptr<Wakeup> wakeup_;

  std::deque<std::string> writing_;  // the link's thread only: the front of the queue
  size_t offset_ = 0;                // bytes of writing_.front() that are written
  uint64_t written_ = 0;

  mutable std::mutex mutex_;
  std::deque<std::string> waiting_;
  std::deque<Waiting> callbacks_;
  size_t stanzas_ = 0, bytes_ = 0;  // of writing_ and waiting_ together
  bool open_ = false;
  bool ended_ = false;
};

}  // namespace restanza::host
