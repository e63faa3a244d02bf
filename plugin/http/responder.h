// SPDX-License-Identifier: MIT
// The host's end of an exchange, behind an interface: an answer is given whole (respond) or in pieces (begin,
// write, end). Calls come from one thread at a time. The exchange owns its responder.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "http/request.h"

namespace restanza::http {

// What stands before the pieces of an answer.
struct Head {
  int status = 200;
  std::vector<Header> headers = {};
  std::shared_ptr<const std::vector<Header>> common = {};  // further headers, the same on many answers
};

// What became of a piece.
enum class Written {
  taken,        // whole: more is welcome
  would_block,  // nothing of it was taken: there is no room right now
  gone,         // the client has left: nobody reads what is written
  refused,      // only of begin: the head is not HTTP, the client got 500, and the exchange is over
};

// What to call when something changes. Any thread, perhaps inside the call that causes it.
struct Watch {
  std::function<void()> gone;      // at most once: the client has left before the end of the answer
  std::function<void()> writable;  // once for each `would_block`: there is room again
};

// What has come of a request's body.
enum class Body {
  piece,      // bytes, and more may come
  whole,      // nothing more comes
  too_large,  // for the host
  malformed,
  gone,  // the client has left or sends too slowly, or the exchange has ended
};
// Any thread, perhaps inside the call that asks. The bytes are lent.
using TakePiece = std::function<void(Body, std::string_view)>;

class Responder {
 public:
  virtual ~Responder() = default;

  // Asks for the next piece of a body that follows. True: `take` runs once. False: none is to come.
  virtual bool read(TakePiece /*take*/) { return false; }

  // Comes last and once, like `fail` and `end`. Where it throws, for want of memory, the client has got its
  // answer all the same: 500.
  virtual void respond(Response response) = 0;
  // Needs no memory: an answer of 500; or, where the answer has begun, its end in such a way that the client
  // sees that it is not complete.
  virtual void fail() noexcept = 0;

  // Where it throws, nothing has begun. After `taken` and `gone`, `end` or `fail` is to follow.
  virtual Written begin(const Head& head) = 0;
  virtual Written write(std::string_view bytes) = 0;
  virtual void end() noexcept = 0;

  virtual void watch(Watch watch) = 0;  // at most one call, before `begin`
};

}  // namespace restanza::http
