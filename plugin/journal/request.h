// SPDX-License-Identifier: MIT
// What the journal can be asked that has an answer of its own, as plain values: a read looks at what is
// stored, a command changes it. Each value owns all that is in it.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "journal/claim.h"
#include "journal/record.h"

namespace restanza::journal {

// In the order of acceptance, those with a greater seq than `beyond`, at most `limit`; the stanzas are there
// without their xml: a list must not be as large as the journal.
struct List {
  using Answer = std::vector<Delivery>;
  Filter filter;
  Seq beyond = 0;
  size_t limit = 0;
  bool settled = false;  // rather an error than what a change that waits for another try has overtaken
  bool ours = false;     // only what is this process's to deliver
};
// With its stanza; absent where there is none of this id.
struct Find {
  using Answer = std::optional<Delivery>;
  std::string id;
};
// Sorted by endpoint; those that have none are absent.
struct CountDeliveries {
  using Answer = std::vector<Count>;
};
struct ListStops {
  using Answer = std::vector<EndpointStop>;
  bool settled = false;  // as above
};
// `limit`: how many credentials at most.
struct CountKeys {
  using Answer = KeysKept;
  size_t limit = 0;
};
// The stanza of a delivery; absent where there is none any more.
struct LoadStanza {
  using Answer = std::optional<xmpp::Stanza>;
  Seq seq = 0;
};

// All that are kept.
struct ListTickets {
  using Answer = std::vector<Ticket>;
};

// What waits for a consumer behind `beyond`, in order and with its stanzas' xml: at most `limit`, and no more
// than `bytes` of xml but for the first.
struct Page {
  using Answer = std::vector<Delivery>;
  std::string consumer;
  Seq beyond = 0;
  size_t limit = 0;
  size_t bytes = 0;
};

// All deliveries behind `beyond`, waiting and dead, in order and with their stanzas' xml: at most `limit`,
// and no more than `bytes` of xml but for the first.
struct ListWhole {
  using Answer = std::vector<Delivery>;
  Seq beyond = 0;
  size_t limit = 0;
  size_t bytes = 0;
};
struct ListConsumers {
  using Answer = std::vector<Consumer>;
};
// Behind a place, in the order of their coming.
struct ListKeys {
  using Answer = std::vector<KeptKey>;
  int64_t beyond = 0;
  size_t limit = 0;
};

// Makes a dead letter a waiting delivery again, with a new seq, a new time of acceptance and no attempts. The
// answer is the delivery as in a list; absent where there is no such dead letter.
struct Revive {
  using Answer = std::optional<Delivery>;
  std::string id;
  WallTime now;
};
// The same for all dead letters that the filter names (its state is ignored), in their old order, at most
// `limit`.
struct ReviveMany {
  using Answer = std::vector<Delivery>;
  Filter filter;
  size_t limit = 0;
  WallTime now;
};
// Removes those of `seqs` that the filter names. The answer says which they were.
struct Discard {
  using Answer = std::vector<Seq>;
  std::vector<Seq> seqs;
  Filter filter;
};
// The consumer of that name. One that is not known yet is from now on: under this identity, and what has a
// seq up to now is none of its.
struct OpenConsumer {
  using Answer = Consumer;
  std::string name;
  std::string identity;
};
// A consumer has all that waited for it up to that seq, and knows of so many that it missed. Neither goes
// back. What it has is removed, the oldest first, at most `limit`; the answer says how many. To be asked
// again while it is so many.
struct Acknowledge {
  using Answer = size_t;
  std::string consumer;
  Seq upto = 0;
  uint64_t told = 0;
  size_t limit = 0;
};
// Of what waits for a consumer the oldest become dead letters, at most `limit`, and count as missed. `age`:
// only what is older, in place of any. `keep`: so many stay, which are the newest. The answer says how many.
struct GiveUp {
  using Answer = size_t;
  std::string consumer;
  std::optional<WallTime::duration> age;
  size_t limit = 0;
  std::string why;  // their last_error
  WallTime now;
  size_t keep = 0;
};
// `key`: a digest of credential, method, target and the client's key; `fingerprint`: of the content's type
// and body; `credential`: whose it is, as people call it. Keys older than kKeyLifetime count as unknown.
struct ClaimKey {
  using Answer = Claim;
  std::string key;
  std::string fingerprint;
  WallTime now;
  std::string credential = {};
  KeyLimits limits = {};
};
struct FinishKey {
  using Answer = std::monostate;
  std::string key;
  Remembered answer;
  KeyLimits limits = {};
};
struct ForgetKey {
  using Answer = std::monostate;
  std::string key;
};
// Nobody can tell any more what came of the request that claimed it: it stays so until it is old.
struct LoseKey {
  using Answer = std::monostate;
  std::string key;
};
struct ForgetOldKeys {
  using Answer = std::monostate;
  WallTime now;
};
// Forgets keys of one credential (empty: of any) with their answers, but those that are under way; the oldest
// first, at most `limit`. The answer says how many.
struct DiscardKeys {
  using Answer = size_t;
  std::string credential;
  size_t limit = 0;
};

// In place of what was kept of the same digest.
struct KeepTicket {
  using Answer = std::monostate;
  Ticket ticket;
};
struct ForgetTicket {
  using Answer = std::monostate;
  std::string digest;
};

// As they were in another store, in place of what is known of the same name, or key. What is known of the
// same consumer, by its identity, does not go back. No delivery gets a seq up to the consumer's latest any
// more; a key that is not finished is lost, as after a crash.
struct RestoreConsumer {
  using Answer = std::monostate;
  Consumer consumer;
};
struct RestoreKey {
  using Answer = std::monostate;
  KeptKey kept;
};
// Its deliveries stay. Whoever opens one of that name later has another identity, so that nobody's cursor of
// before is good for it.
struct ForgetConsumer {
  using Answer = std::monostate;
  std::string name;
};

using Read = std::variant<List, Find, CountDeliveries, ListStops, CountKeys, LoadStanza, Page, ListTickets,
                          ListWhole, ListConsumers, ListKeys>;
using Command = std::variant<Revive, ReviveMany, Discard, OpenConsumer, Acknowledge, GiveUp, ClaimKey,
                             FinishKey, ForgetKey, LoseKey, ForgetOldKeys, DiscardKeys, KeepTicket,
                             ForgetTicket, RestoreConsumer, RestoreKey, ForgetConsumer>;

// Holds the `Answer` of what was asked.
using Answer =
    std::variant<std::monostate, std::vector<Delivery>, std::optional<Delivery>, std::vector<Count>,
                 std::vector<EndpointStop>, std::optional<xmpp::Stanza>, std::vector<Seq>, Consumer, Claim,
                 KeysKept, size_t, std::vector<Ticket>, std::vector<Consumer>, std::vector<KeptKey>>;

}  // namespace restanza::journal
