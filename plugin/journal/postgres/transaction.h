// SPDX-License-Identifier: MIT
// What the parts of one transaction share: the connection, what it changes in the account, the numbers that
// it gives out, and, until they are asked for, what is written in bulk: all new deliveries with one
// statement, all that go with another, all that is noted with a third. Whoever reads, or writes otherwise,
// calls `flush` before. One thread. Internal to this folder.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "journal/change.h"
#include "journal/postgres/account.h"
#include "journal/postgres/connection.h"
#include "journal/store.h"

namespace restanza::journal::postgres {

class Transaction {
 public:
  // `latest`: the highest seq that has been given.
  Transaction(Connection& its_connection, std::string its_run, int64_t latest, const Account& its_base)
      : connection(its_connection), run(std::move(its_run)), base(its_base), latest_(latest) {}

  Seq next_seq() { return ++latest_; }
  Seq latest() const { return latest_; }
  void pass_over(Seq upto) { latest_ = std::max(latest_, upto); }  // it is not given any more

  // Gives each of the deliveries its seq.
  void insert(const xmpp::Stanza& stanza, std::vector<Delivery>& deliveries);
  void restore(const xmpp::Stanza& stanza, const Delivery& delivery);  // under its own, unless it is there
  void remove(Seq seq) { removed_.insert(seq); }
  void note(const Noted& noted) { noted_.insert_or_assign(noted.seq, &noted); }

  // Adds the statements to the connection, which runs them.
  void flush();

  // Deletes by a condition that begins behind WHERE, with what is shared; gives seq and bytes of each. The
  // transaction's account is told.
  Tried<std::vector<Seq>> remove_where(const std::string& condition, Params params);

  Connection& connection;
  const std::string run;
  const Account& base;
  Account change;

 private:
  struct Row {
    const xmpp::Stanza* stanza;
    Delivery* delivery;
    Seq shared;  // the number of its text; 0: it has it itself
  };
  void flush_inserts();
  void flush_stanzas();
  void flush_removed();
  void flush_noted();

  int64_t latest_;
  std::vector<Row> rows_;
  std::set<Seq> removed_;
  std::map<Seq, const Noted*> noted_;
};

}  // namespace restanza::journal::postgres
