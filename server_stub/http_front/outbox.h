// SPDX-License-Identifier: MIT
// The sending half of a connection: answers go out from whatever thread completes them, at once where the
// socket takes them, else as it empties. It also decides who goes on: while an answer is outstanding the loop
// reads nothing further from the client, and the completion tells the loop only where there is work for it.
// Reading passes through it too, because the two directions of a TLS connection share their state.
//
// Threads: any, except where a comment says loop. Never blocks. Ownership: owns the socket; only the loop
// closes.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "net/tls_session.h"

namespace restanza::host {

// Hears from the outboxes, on any thread, that the loop is to look at a connection.
class OutboxObserver {
 public:
  virtual ~OutboxObserver() = default;
  virtual void attend(uint64_t connection) = 0;
};

class Outbox {
 public:
  enum class Sent { taken, would_block, gone };
  enum class State {
    quiet,      // no answer is outstanding
    answering,  // one is, or has bytes that are not sent yet
    ended,      // the last answer is sent
    failed,     // the client cannot be reached any more
  };

  // `tls` is null on an unencrypted connection.
  Outbox(int socket, uint64_t connection, OutboxObserver& observer, size_t stream_limit,
         std::unique_ptr<TlsSession> tls = nullptr);
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // The last bytes of an answer, and whether the connection ends with it. False: the client is gone.
  bool finish(std::string bytes, bool close_after);
  // Bytes of an answer that goes on. Something is always taken when nothing waits to be sent.
  Sent append(std::string bytes);
  void fail();  // the answer cannot be completed

  void open_answer(bool input_waits);  // loop: a request was handed out; `input_waits`: more follows it
  void attend_again() const { settle(true); }  // loop
  void interim(std::string bytes);             // loop: before an answer, while none is outstanding
  bool hold_input();   // loop: input has come; true: it must wait until the answer is out
  bool flush();        // loop: the socket has room; true: so has the stream that waited
  void end_sending();  // loop: the client reads the end behind the last answer
  void shut();         // loop: closes the socket

  // loop: as recv(2); `emptied`: there is nothing more before the socket has an event.
  ssize_t receive(char* to, size_t size, bool& emptied);
  ssize_t discard(char* to, size_t size, bool& emptied);  // loop: the same, after end_sending()
  bool shaking_hands() const;                             // loop: TLS is not established yet
  // loop: after a failed receive(). True: the client speaks HTTP without TLS, and can be told so from now on.
  bool drop_tls();

  State state() const;
  std::optional<Instant> stalled_since() const;  // absent: nothing waits to be sent
  Instant quiet_since() const;

 private:
  bool send_waiting();  // with the lock; false: failed
  bool take_settled();  // with the lock; true: the loop must be told
  void settle(bool wake) const;

  const uint64_t connection_;
  OutboxObserver& observer_;
  const size_t stream_limit_;

  mutable std::mutex mutex_;
  int socket_;
  std::unique_ptr<TlsSession> tls_;  // the loop may look whether it is there without the lock
  std::string waiting_;              // not sent yet, from sent_ on
  size_t sent_ = 0;
  Instant progress_;
  Instant quiet_since_;
  bool answering_ = false;
  bool complete_ = false;  // the answer's last byte is in waiting_ or sent
  bool close_after_ = false;
  bool input_waits_ = false;
  bool room_wanted_ = false;
  bool failed_ = false;
};

}  // namespace restanza::host
