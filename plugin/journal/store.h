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
#include "journal/buckets.h"
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

// What has changed of a queue that several processes share; see Sharer.
struct Shift {
  Buckets lost, gained;
  std::vector<Delivery> came;
  bool others_wrote = false;
  Buckets surplus;    // other processes should have these
  bool whole = true;  // all of the queue is this process's
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

  // Several processes may share a store. Then what was committed gets its seq here, or kElsewhere; `deal`
  // says what has changed of this process's part since the call before, and `dealt` is called once everybody
  // has heard it. `free`: in these nothing is under way any more, nor is anything of them still to be
  // written, so that others may have them. `linked`: stanzas can leave here; others have the part of a
  // process that has no way for them. An error: it is as it was.
  virtual Result<Shift> deal(const Buckets& free, bool linked) {
    (void)free, (void)linked;
    return Shift();
  }
  virtual void dealt() {}
  // How long `deal` may be put off, where nothing is written. Absent: for ever.
  virtual std::optional<std::chrono::milliseconds> deal_within() const { return std::nullopt; }
  // Never waits: whether what is in memory of it is this process's to deliver right now. Another may have
  // taken over what this one has not shown for a while that it still has.
  virtual bool ours() const { return true; }
  virtual bool has(Bucket) const { return true; }  // the same of one bucket, as of the latest `deal`

  // Whether what is stored has reached max_bytes, without idempotency keys, which have limits of their own.
  // Only taking new work asks for it: what makes room must never fail for want of room.
  virtual bool full() = 0;

  // Looks whether all that was committed still lies where others will look for it. Where it does not, it is
  // written there anew, as far as it can be read; absent where nothing had to be done. An error, which is a
  // sentence: it could not be done, or the store cannot be reached, and it goes on as it was until the next
  // look.
  virtual Result<std::optional<Renewed>> look() { return std::optional<Renewed>(); }
};

// Where a store is, and what it may hold.
struct StorePlace {
  std::string directory = {};              // exists and is ours; empty: there is none
  std::string database = {};               // how a database server is reached; a secret; empty: not on one
  std::string domain = {};                 // of the plugin: whose queue it is, where a server has several
  uint64_t max_bytes = uint64_t{1} << 30;  // without idempotency keys, which have limits of their own
  bool alone = false;                      // an error where another process has it open, and for who comes

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
