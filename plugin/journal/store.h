// SPDX-License-Identifier: MIT
// Where the journal keeps what it knows: the one interface behind which a database stands. Values go in and
// come out. tests/unit/journal/store_test.cpp is what a store must hold to; it runs for each of them.
//
// Any thread; each call may wait for the disk. So handlers and hooks never call this; the journal's thread
// does, and threads that may wait. A read does not wait for a write's disk where the store can help it. What
// fails is told in words for the log, which name the file or the server. A call may throw std::bad_alloc; it
// has then written nothing, or everything where only the answer could not be given.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "journal/change.h"
#include "journal/request.h"

namespace restanza::journal {

// One stanza for its deliveries, which say all but their seq and get it from the store. It is stored once,
// however many they are, and goes with the last of them.
struct Insert {
  const xmpp::Stanza& stanza;
  std::vector<Delivery>& deliveries;
};
// A command that fails alone: then it has changed nothing, and `answer` says why.
struct Alone {
  const Command& command;
  Result<Answer>& answer;
};
// What one transaction consists of; it refers to what the caller owns.
using Write = std::variant<Insert, const Change*, Alone>;

// What a store has done where somebody took its files away, or shortened them.
struct Renewed {
  std::string why;        // for people: what somebody has done
  std::string set_aside;  // where lies what was left of the files; empty: nowhere
  std::string lost;       // for people: why not all could be read any more; empty: all is there
};

class Store {
 public:
  virtual ~Store() = default;

  // All of it, in this order and in one transaction; or, where an insert, a change or the commit fails,
  // nothing. Committed means that it survives the end of the process, where the store is not in memory.
  virtual Result<void> write(const std::vector<Write>& writes) = 0;

  // Of a write that failed with Error::Kind::unsettled, which may have been carried out: true: it was,
  // wholly, and all that it had to answer has been answered; false: it was not, nor will it be. An error: it
  // is not known yet. Until it is, there is no other write.
  virtual Result<bool> outcome() { return false; }

  // Holds the Answer of what is asked, and sees all that was committed before the call.
  virtual Result<Answer> read(const Read& read) = 0;

  // Whether what is in memory of it is this process's to deliver right now: where several share a store, another
  // may have taken over what this one has not shown for a while that it still has. Never waits.
  virtual bool ours() const { return true; }

  // Whether what is stored has reached max_bytes, without idempotency keys, which have limits of their own.
  // Only taking new work asks for it: what makes room must never fail for want of room.
  virtual bool full() = 0;

  // Looks whether all that was committed still lies where others will look for it. Where it does not, it is
  // written there anew, as far as it can be read; absent where nothing had to be done. An error, which is a
  // sentence: it could not be done, or the store cannot be reached, and it goes on as it was until the next
  // look; of the kind `replaced`: another process has the store now, and this one will not have it again.
  virtual Result<std::optional<Renewed>> look() { return std::optional<Renewed>(); }
};

// Where a store is, and what it may hold.
struct StorePlace {
  std::string directory = {};              // exists and is ours; empty: there is none
  std::string database = {};               // how a database server is reached; a secret; empty: not on one
  std::string domain = {};                 // of the plugin: whose queue it is, where a server has several
  uint64_t max_bytes = uint64_t{1} << 30;  // without idempotency keys, which have limits of their own

  bool durable() const { return !directory.empty() || !database.empty(); }
};

struct OpenedStore {
  std::unique_ptr<Store> store;
  std::string set_aside;  // the path that a damaged file was moved to; empty where all was sound
};
// An error names what could not be opened and the remedy.
using OpenStore = std::function<Result<OpenedStore>(const StorePlace& place, const Clock& clock)>;

// What is kept at a place, as a table for people, which ends with a line end: from outside, while another
// process has the store open, or nobody. An error where there is no store, or none that can be read.
using ReportStore = std::function<Result<std::string>(const StorePlace& place, const Clock& clock)>;

// Brings the layout at a place up to date, while nobody has it open or others have; safe when two do it at
// once. Says what it has done, for people. An error where a later version made it.
using MigrateStore = std::function<Result<std::string>(const StorePlace& place)>;

// What is used of a kind of store by those who do not know which it is.
struct StoreKind {
  OpenStore open;
  ReportStore report;
  MigrateStore migrate;
};

}  // namespace restanza::journal
