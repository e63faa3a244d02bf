// SPDX-License-Identifier: MIT
// Tickets: what a browser puts into the address of an event stream, for it cannot send headers with it. Each
// stands for the credential that asked for it and for one consumer. It must be used within kFirstUse, and is
// then good until kAfterUse behind the end of the last stream that uses it, over restarts too: the journal
// has its digest. It does not outlive its credential. Any thread, nothing blocks but what says so. It
// outlives every exchange that has begun with a ticket.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/timer.h"
#include "journal/journal.h"
#include "rest/access/caller.h"
#include "rest/access/credentials.h"
#include "rest/answers/refusal.h"

namespace restanza::rest {

class Tickets {
 public:
  static constexpr std::chrono::seconds kFirstUse{60};
  static constexpr std::chrono::minutes kAfterUse{5};
  static constexpr std::chrono::seconds kLook{60};  // between looks for those that are over
  static constexpr size_t kMaxEach = 1000;          // of a credential at once

  Tickets(journal::Journal& journal, Timer& timer, const Clock& clock, Log& log)
      : journal_(journal), timer_(timer), clock_(clock), log_(log) {}

  // Those of before. Waits for the journal.
  Result<void> start();

  // A new one, once it is kept.
  using Issued = std::function<void(Result<std::string, Refusal>)>;
  void issue(std::string consumer, const Credentials::Known& credential, Issued then);

  // Whoever has it, as the credentials know it now, bound to the consumer; it is in use for as long as
  // `in_use` lives. Absent: it is none, or not any more.
  struct Use {
    Caller caller;
    std::shared_ptr<const void> in_use;
  };
  std::optional<Use> use(const std::string& ticket, const Credentials& credentials);

 private:
  struct Entry {
    journal::Ticket kept;
    size_t uses = 0;
    Instant until;  // where nobody uses it
  };
  class InUse;

  void leave(const std::string& digest);
  void forget_old();
  void keep(const journal::Ticket& ticket);
  size_t count(const std::string& credential) const;

  journal::Journal& journal_;
  Timer& timer_;
  const Clock& clock_;
  Log& log_;
  std::mutex mutex_;                  // of what follows
  std::map<std::string, Entry> all_;  // by the digest
};

}  // namespace restanza::rest
