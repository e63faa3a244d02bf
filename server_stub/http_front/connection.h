// SPDX-License-Identifier: MIT
// The receiving half of a connection: takes requests from the bytes, one after the other, hands each to
// whoever answers for its path, and reads on when the answer is out.
//
// Threads: the loop's only. Ownership: owned by the loop; shares its outbox with its exchange.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "http_front/exchange_table.h"
#include "http_front/front.h"
#include "http_front/message/body_reader.h"
#include "http_front/message/request_reader.h"
#include "http_front/outbox.h"
#include "http_front/request_handling.h"
#include "http_front/request_memory.h"

namespace restanza::host {

// What all connections share.
struct FrontParts {
  const FrontSettings& settings;
  RouteLookup& routes;
  ExchangeTable& exchanges;
  RequestMemory& arriving;                     // requests that have come in part
  RequestMemory& waiting;                      // those that wait for their handlers, or are with them
  std::function<bool(ReadyRequest)> hand_out;  // false: no thread for it
  std::atomic<bool> refusing{false};           // new requests are answered 503
};

class Connection {
 public:
  Connection(std::shared_ptr<Outbox> outbox, std::string peer, FrontParts& parts);
  ~Connection();

  void ready(uint32_t events);  // of epoll
  void attend();                // the outbox asked for it
  void expire(Instant now);     // next_check() has come
  Instant next_check(Instant now) const;
  bool closed() const { return stage_ == Stage::closed; }
  void close();

 private:
  enum class Stage { head, body, answer, linger, closed };

  void advance();       // uses what was received, then receives
  bool use_received();  // false: more bytes are needed
  bool use_head();
  bool use_body();
  uint64_t longest_stream() const;
  void begin_stream();  // hands the request out before its body
  void take_body();     // what has come of one that is streamed, as far as there is room
  bool use_piece();     // false: more bytes are needed
  void end_stream(xp_status how);
  bool receive();                                   // false: nothing has come
  bool charge(RequestMemory& whole, size_t bytes);  // false: there is no room, and the request was refused
  void open_request(RequestHead head, MatchedRoute route);
  void hand_out(bool too_large, std::shared_ptr<BodyStream> stream = nullptr);
  bool refuse(const Refusal& refusal);  // always true: something was done
  void end_answer();
  void linger();

  FrontParts& parts_;
  const std::shared_ptr<Outbox> outbox_;
  const std::string peer_;
  const bool proxy_;  // whose word on its clients counts
  RequestReader reader_;
  BodyReader body_;
  AnswerForm form_;  // of the request that is being read
  ReadyRequest request_;
  std::shared_ptr<Exchange> exchange_;  // the latest
  std::shared_ptr<BodyStream> stream_;  // of its body, as long as that arrives
  size_t arrived_ = 0;                  // bytes of it since the deadline was set
  bool held_up_ = false;                // its reader had enough
  Stage stage_ = Stage::head;
  bool shaking_hands_;
  bool readable_ = false;  // the socket may hold more
  bool half_closed_ = false;
  bool request_begun_ = false;
  bool in_full_ = true;  // the latest request was read to its end
  Instant deadline_;     // of the handshake, of the request's arrival, or of lingering
};

}  // namespace restanza::host
