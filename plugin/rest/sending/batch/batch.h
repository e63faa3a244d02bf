// SPDX-License-Identifier: MIT
// One batch under way: takes its stanzas in order, sends each, and writes a line for each as it is known what
// became of it. It reads no more of the body while the host has no room for a stanza, while the client reads
// no answers, while too many iqs wait, or while its credential may not ask again yet.
//
// Threads: any; it does one thing at a time (serial.h), and never blocks. Ownership: has the exchange,
// which ends once no iq of it waits; OpenBatches keeps it alive. What it is given must outlive the exchange.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "base/timer.h"
#include "http/exchange.h"
#include "rest/access/credentials.h"
#include "rest/sending/batch/open_batches.h"
#include "rest/sending/batch/serial.h"
#include "rest/sending/batch/splitter.h"
#include "rest/sending/checking.h"
#include "rest/sending/iqs.h"

namespace restanza::rest {

struct BatchDependencies {
  const Credentials& credentials;
  const Iqs& iqs;
  const feed::Consumers& consumers;
  xmpp::StanzaSink& sink;
  const Clock& clock;
  Timer& timer;
  Log& log;
  std::shared_ptr<OpenBatches> open;
  mapping::Options mapping;
  size_t max_stanza;  // bytes of one, as of a request's body
};

class Batch final : public OpenBatch, public std::enable_shared_from_this<Batch> {
 public:
  static constexpr size_t kWrite = 16 * 1024;           // bytes of answers that are written at once
  static constexpr size_t kUnread = 256 * 1024;         // of those that the client does not read yet
  static constexpr size_t kWhole = 4 * 1024 * 1024;     // of an answer that is given whole
  static constexpr size_t kIqs = 64;                    // that wait at once
  static constexpr std::chrono::seconds kPatience{30};  // with a client that reads nothing; for room to send

  enum class Answer { in_pieces, whole };

  Batch(http::Exchange exchange, const http::Request& request, const Caller& caller, BatchForm form,
        Answer answer, const BatchDependencies& deps);

  // With what has come of the body; where it is all of it the exchange has none to read.
  void begin(std::string body, bool whole);
  void stop() override;
  void break_off() override;

 private:
  struct Pending;
  class IqResponder;

  // Each of these in its turn.
  void run(std::function<void()> work);
  void go_on();
  bool may_take() const;
  bool take(Pending& pending);  // false: not yet
  bool send(Pending& pending);
  void ask(uint64_t number, const xmpp::Stanza& stanza);
  void answered(uint64_t number, const std::string& id, const http::Response& answer);
  void read_on();
  void came(http::Body how, std::string bytes);
  void end_with(const Refusal& refusal);
  xmpp::Sent send_when_there_is_room(const xmpp::Stanza& stanza);
  // Nothing is taken until `waited` is called with this number, or the time is over.
  uint64_t wait(std::chrono::nanoseconds most, bool for_room);
  void waited(uint64_t number, bool in_vain);
  void say(const std::string& line) { out_ += line; }
  void refuse(uint64_t number, const Refusal& refusal);
  void write();
  void write_some();
  void unblock();
  void leave();
  void finish();

  const BatchDependencies deps_;
  http::Exchange exchange_;
  const http::Request request_;     // without its body
  const http::Request iq_request_;  // as of each iq
  const Caller caller_;
  const Answer answer_;
  std::unique_ptr<BatchSplitter> splitter_;
  Serial serial_;
  uint64_t id_ = 0;  // among the open ones
  std::unique_ptr<Pending> pending_;
  std::list<std::function<void()>> leaving_;  // of each iq that waits: what ends it when the client leaves
  size_t iqs_ = 0;                            // that wait
  std::optional<Refusal> refused_;            // before its first stanza
  std::string out_;                           // answers that are not written
  Timer::Id timer_ = 0;                       // of what is waited for
  Timer::Id unread_ = 0;                      // of the client that reads nothing
  uint64_t waits_ = 0;     // how often something was waited for: what comes late is recognized
  uint64_t blocks_ = 0;    // the same of the client
  bool waiting_ = false;   // for room, or for the credential's turn
  bool blocked_ = false;   // the client reads nothing
  bool no_room_ = false;   // for the last one in all its time: the next does not wait
  bool begun_ = false;     // the answer
  bool reading_ = false;   // a piece is asked for
  bool complete_ = false;  // the body
  bool taken_ = false;     // all stanzas that will be
  bool told_unmapped_ = false;
  bool left_ = false;  // the client
  bool over_ = false;
};

}  // namespace restanza::rest
