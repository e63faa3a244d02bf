// SPDX-License-Identifier: MIT
// What the parts of one transaction share: the connection, what it changes in the account, the numbers that
// it gives out, and, until they are asked for, what is written in bulk: all new deliveries with one
// statement, all that go with another, all that is noted with a third. What is not in this node's buckets is
// left to whoever has them: what is new waits there for its number, and what is noted of the rest is nothing
// any more. Whoever reads, or writes otherwise, calls `flush` before. One thread. Internal to this folder.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "journal/change.h"
#include "journal/postgres/account.h"
#include "journal/postgres/client/connection.h"
#include "journal/postgres/lease.h"
#include "journal/store.h"

namespace restanza::journal::postgres {

class Transaction {
 public:
  static constexpr int64_t kMaxTaken = 4000;  // of what waits for its number

  Transaction(Connection& its_connection, std::string its_run, const Block& block, const Buckets& buckets,
              bool there_are_others, const Account& its_base)
      : connection(its_connection),
        run(std::move(its_run)),
        others(there_are_others),
        base(its_base),
        block_(block),
        buckets_(buckets) {}

  Seq next_seq() { return ++block_.given; }
  Seq latest() const { return block_.given; }
  void pass_over(Seq upto);  // it is not given any more
  const Block& block() const { return block_; }
  bool is_ours(Bucket bucket) const { return buckets_[bucket]; }

  // The first of all: numbers what others have taken for these buckets, which comes to `came` when it runs.
  void take_arrivals();

  // Gives each of the deliveries its seq, or kElsewhere.
  void insert(const xmpp::Stanza& stanza, std::vector<Delivery>& deliveries);
  void restore(const xmpp::Stanza& stanza, const Delivery& delivery);  // under its own, unless it is there
  void remove(Seq seq) { removed_.insert(seq); }
  void note(const Noted& noted) { noted_.insert_or_assign(noted.seq, &noted); }

  // Adds the statements to the connection, which runs them.
  void flush();

  // Deletes by a condition that begins behind WHERE, with what is shared; gives seq and bytes of each. The
  // transaction's account is told.
  Tried<std::vector<Seq>> remove_where(const std::string& condition, Params params);

  // A condition on a column, with the numbers behind a statement's other parameters; nothing where all are
  // this node's.
  std::string only_ours(const std::string& column, Params& params) const;

  Connection& connection;
  const std::string run;
  const bool others;  // nodes
  const Account& base;
  Account change;
  std::vector<Delivery> came;

 private:
  struct Row {
    const xmpp::Stanza* stanza;
    Delivery* delivery;
    Seq shared;  // the number of its text; 0: it has it itself
    Bucket bucket;
  };
  struct Columns;
  Columns take(std::vector<Row>& rows);
  void flush_inserts();
  void flush_elsewhere();
  void flush_stanzas();
  void flush_removed();
  void flush_noted();

  Block block_;
  const Buckets buckets_;
  std::vector<Row> rows_, elsewhere_;
  std::set<Seq> removed_;
  std::map<Seq, const Noted*> noted_;
};

}  // namespace restanza::journal::postgres
