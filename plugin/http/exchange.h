// SPDX-License-Identifier: MIT
// One request that waits for its answer. Move-only; it is answered exactly once, at once or later, from any
// thread, by one thread at a time: whole by `respond`, or in pieces by `begin`, `write` and `end`.
// An exchange that is dropped without an answer says 500 rather than leave the client hanging; one that is
// dropped between `begin` and `end` breaks the answer off, so that the client sees that it is not complete.
// The exchange owns the host's end of it, and its observers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "http/observer.h"
#include "http/request.h"
#include "http/responder.h"

namespace restanza::http {

class Exchange {
 public:
  explicit Exchange(std::unique_ptr<Responder> responder) : responder_(std::move(responder)) {}
  Exchange(Exchange&&) noexcept = default;
  Exchange& operator=(Exchange&&) = delete;
  ~Exchange();

  // These stand on the answer too, whoever gives it.
  void add_header(Header header) { headers_.push_back(std::move(header)); }
  void set_common(std::shared_ptr<const std::vector<Header>> headers) { common_ = std::move(headers); }

  void observe(std::unique_ptr<Observer> observer) noexcept;

  // `gone` runs at most once, when the client leaves before the end of the answer; perhaps before this
  // returns. At most one call, before the answer.
  void watch(std::function<void()> gone);
  // The request is finished even where its client leaves: from now on `watch` watches nothing.
  void outlast_client() { outlasts_client_ = true; }

  // The next piece of a body that follows, of which one is asked for at a time: as Responder::read. `take`
  // may run while another thread uses the exchange, and after its end.
  bool read(TakePiece take) { return responder_ && responder_->read(std::move(take)); }

  // After `begin` it is too late for a whole answer: what has begun is broken off.
  void respond(Response response);

  // An answer in pieces. Where `begin` throws, for want of memory, nothing has begun.
  // `writable` runs once for each `write` that says `would_block`, when there is room again, and once when
  // the client leaves, which the next `write` says: on any thread, perhaps inside that very call, and perhaps
  // still while another thread ends or drops the exchange. So it must not use the exchange itself, nor own
  // it, but let whoever writes know. A second `begin` does nothing and says `gone`.
  Written begin(Head head, std::function<void()> writable = {});
  Written write(std::string_view bytes);
  void end();

 private:
  // What the host's calls reach, which may come while the exchange moves.
  struct Watched;

  void install_watch(std::function<void()> gone);
  bool client_left() const;
  void tell_ended(const Ending& ending) const noexcept;

  std::unique_ptr<Responder> responder_;
  std::unique_ptr<Observer> observers_;  // the last one, which has the one before it
  std::vector<Header> headers_;
  std::shared_ptr<const std::vector<Header>> common_;
  std::shared_ptr<Watched> watched_;
  uint64_t bytes_ = 0;  // written
  int status_ = 0;      // of the answer that has begun; 0: none has
  bool outlasts_client_ = false;
};

}  // namespace restanza::http
