// SPDX-License-Identifier: MIT
// Who waits for which iq answer (RFC 6120 section 8.2.3): requests in flight under (from, to, id), each with
// a deadline. An entry ends exactly once: by its answer, its deadline, its owner, or the drain, whichever
// comes first. Any thread. Callbacks run without a lock held, on the thread that brought the end.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/timer.h"
#include "xmpp/stanza_consumer.h"

namespace restanza::iq {

enum class End { answered, expired, drained };

class ReplyTable final : public xmpp::StanzaConsumer {
 public:
  // `answer` is the answering stanza for End::answered and null otherwise.
  using Done = std::function<void(End, const xmpp::Stanza* answer)>;
  using Ticket = uint64_t;  // 0: none

  enum class Parked { ok, full, conflict, drained };

  struct Request {
    std::string from, to, id;   // prepared; `to` empty where there is none
    bool from_account = false;  // then the server answers for the account: see `answer`
    std::chrono::milliseconds wait{120000};
  };

  // The timer must outlive the table.
  ReplyTable(size_t limit, Timer& timer) : limit_(limit), timer_(timer) {}

  // On `ok` the ticket names the entry and `done` will run once. Otherwise `done` is dropped: the table is
  // full, the same (from, to, id) is in flight, or the drain has begun.
  Parked park(const Request& request, Done done, Ticket& ticket);

  // True where somebody waited for this result or error, and now has it. The answer's `from` must be the
  // request's `to`; a request from an account without `to`, or to its own bare address, is answered by no
  // `from`, by that address or by its domain (RFC 6120 section 10.3.3).
  bool answer(const xmpp::Stanza& stanza);

  // By the attributes alone, so that no tree is made for it.
  xmpp::Offered offer(xmpp::StanzaTree& offered, const std::function<void()>& /*room*/,
                      const std::function<void()>& /*kept*/) override {
    const xmpp::Stanza& stanza = offered.stanza();
    return stanza.is_answer() && answer(stanza) ? xmpp::Offered::taken : xmpp::Offered::foreign;
  }

  // The owner no longer cares: the entry goes and `done` is dropped. False where it has ended already.
  bool cancel(Ticket ticket);

  // Ends all entries as drained and takes no more.
  void drain();

  size_t size() const;

 private:
  struct Entry {
    std::string key;
    Done done;
    Timer::Id deadline = 0;
  };
  bool finish(Ticket ticket, End end, const xmpp::Stanza* answer);
  std::optional<Entry> take(Ticket ticket);
  Ticket find(const std::string& key) const;

  const size_t limit_;
  Timer& timer_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Ticket> by_key_;
  std::unordered_map<Ticket, Entry> entries_;
  Ticket last_ = 0;
  bool drained_ = false;
};

}  // namespace restanza::iq
