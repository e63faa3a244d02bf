// SPDX-License-Identifier: MIT
// One request that was handed out: what was said to the client so far, and who wants to hear that it left.
// Either the answer is completed, or `gone` runs once and the completion that follows is told XP_GONE.
//
// Threads: any, except where a comment says loop. A watch runs and is freed outside the lock.
// Ownership: shares the outbox with the connection; owns the watch until its last use.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "http_front/body_stream.h"
#include "http_front/front.h"
#include "http_front/message/answer_text.h"
#include "http_front/outbox.h"

namespace restanza::host {

class Exchange {
 public:
  Exchange(std::shared_ptr<Outbox> outbox, AnswerForm form);

  // These two end the exchange; the caller has taken it out of the table, so they come once at most.
  xp_status respond(int code, const std::vector<Header>& headers, std::string_view body);
  xp_status end();
  xp_status begin(int code, const std::vector<Header>& headers);
  xp_status write(std::string_view chunk);
  xp_status watch(Watch watch);
  bool over() const;  // also after a `begin` that was no HTTP, which ends it

  void close_after_answer();  // before the handler runs
  // loop: before the handler runs. Until the body has come, whoever answers closes the connection with that.
  void expect_body(std::shared_ptr<BodyStream> body);
  void body_is_whole();             // loop
  xp_status read(BodyPiece piece);  // the next piece of that body
  void handler_returned();          // from now on it counts as parked
  // loop: the client will send no more. True where it waits for a parked exchange, so that it counts as gone;
  // a client that only closed its sending half still gets an answer that comes at once.
  bool half_closed();
  void client_left();  // loop: nobody is there any more
  void room();         // loop: the stream that was told XP_WOULD_BLOCK has room again

 private:
  enum class Phase { open, streaming, over };

  xp_status refuse();  // with the lock: what the caller gave is not HTTP

  mutable std::mutex mutex_;
  const std::shared_ptr<Outbox> outbox_;
  AnswerForm form_;
  bool keep_alive_ = false;           // once the body is whole
  std::shared_ptr<BodyStream> body_;  // null: none follows
  Phase phase_ = Phase::open;
  bool stream_body_ = true;
  bool running_ = true;  // the handler
  bool half_closed_ = false;
  bool gone_ = false;
  bool watched_ = false;
  bool room_unheard_ = false;
  std::shared_ptr<Watch> watch_;
};

}  // namespace restanza::host
