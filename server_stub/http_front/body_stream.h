// SPDX-License-Identifier: MIT
// A request's body on its way from the loop, which receives it, to a handler that asks for it piece by piece.
// Where the handler does not ask, the loop stops at kMaxAhead, and with it the client.
//
// Threads: any, except where a comment says loop. Pieces are given one at a time, without the lock, on the
// loop's thread or within `read`; one that asks for the next gets it when it has returned. Ownership: keeps
// what has come until it is asked for; a piece that is asked for is always given, with XP_GONE at the end.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "http_front/exchanges.h"
#include "http_front/request_memory.h"

namespace restanza::host {

class BodyStream {
 public:
  static constexpr size_t kMaxAhead = 64 * 1024;  // bytes; past it nothing is received until they are taken

  // `room`: the loop is to look again. Any thread.
  BodyStream(RequestMemory::Share memory, std::function<void()> room);
  ~BodyStream();
  BodyStream(const BodyStream&) = delete;
  BodyStream& operator=(const BodyStream&) = delete;

  // False: a piece is asked for already, or the end was told.
  bool read(BodyPiece piece);

  bool full() const;                  // loop
  void feed(std::string_view bytes);  // loop
  // XP_OK: the body is whole. Else nobody gets what was not asked for. The first end counts.
  void finish(xp_status how);
  bool finished() const;

 private:
  void give();

  const std::function<void()> room_;
  mutable std::mutex mutex_;
  RequestMemory::Share memory_;  // until nothing more is kept here
  std::string ahead_;
  BodyPiece wanted_;  // empty: nobody asks
  std::optional<xp_status> end_;
  bool end_told_ = false;
  bool giving_ = false;
};

}  // namespace restanza::host
