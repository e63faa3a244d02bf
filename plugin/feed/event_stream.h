// SPDX-License-Identifier: MIT
// One client that follows: an answer of Server-Sent Events that has no end of its own (WHATWG HTML, section
// 9.2). No more is read for it than the client takes, so a slow one costs nobody anything, and after kSlow
// it is cut off. All is written on the thread that reads; the functions here are for any, and do not block.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "feed/read_thread.h"
#include "http/exchange.h"

namespace restanza::feed {

// What a stream follows.
class EventSource {
 public:
  virtual ~EventSource() = default;

  // On the thread that reads. Appends what came behind what was read before, as text of the stream, about
  // EventStream::kPiece at most; nothing where there is nothing. It may wait for the disk. False: it cannot
  // be read, and the stream ends.
  virtual bool read(std::string& events) = 0;

  // Once: nothing is read any more. On the thread that reads, or the one that stopped it.
  virtual void ended() = 0;
};

class EventStream final : public ReadThread::Task, public std::enable_shared_from_this<EventStream> {
 public:
  static constexpr size_t kPiece = 64 * 1024;               // bytes that are written at once
  static constexpr std::chrono::seconds kComment{15};       // from one comment to the next
  static constexpr std::chrono::seconds kSlow{30};          // for which a client may take nothing
  static constexpr std::chrono::milliseconds kRetry{3000};  // until a client that was cut off comes again

  struct Life {
    std::optional<Instant> until;  // then it ends: whoever asked must ask again
    std::function<void(const std::shared_ptr<EventStream>&)> over;  // once, as EventSource::ended
  };

  EventStream(http::Exchange exchange, std::shared_ptr<EventSource> source, Life life, ReadThread& thread,
              const Clock& clock);
  ~EventStream() override;

  void news() noexcept { thread_.ask(shared_from_this()); }  // there may be more; it begins with the first
  void comment();
  void end();  // as soon as what has been read is written, where there is room: the answer is whole then

  // What stands above the events, beside what the answers of a route have in common.
  static std::vector<http::Header> headers();

 private:
  void run() override;
  bool begin();
  bool fill();
  void write();
  void finish(bool whole);

  std::optional<http::Exchange> exchange_;  // absent: it is over
  const std::shared_ptr<EventSource> source_;
  const Life life_;
  ReadThread& thread_;
  const Clock& clock_;
  std::string text_;  // read, and not taken yet
  std::optional<Instant> blocked_since_;
  bool begun_ = false;
  std::atomic<bool> comment_due_{false}, ending_{false}, gone_{false};
};

}  // namespace restanza::feed
