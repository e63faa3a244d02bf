// SPDX-License-Identifier: MIT
// One connection to PostgreSQL in libpq's pipeline mode. Statements are added, sent together, and their rows
// come back after one round trip; each text is prepared once. What is added and not yet run is sent with what
// is asked. A connection that has failed stays so; its owner makes another.
//
// One thread at a time; `open`, `run`, `ask` and `script` wait for the server, at most kPatience, but `open`
// connect_timeout for each server of the address. Internal to this folder.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "journal/postgres/client/address.h"
#include "journal/postgres/client/failure.h"
#include "journal/postgres/client/params.h"
#include "journal/postgres/client/rows.h"

struct pg_conn;

namespace restanza::journal::postgres {

class Connection {
 public:
  static constexpr std::chrono::seconds kPatience{15};   // with a server that does not answer
  static constexpr std::chrono::seconds kStatement{10};  // then the server itself gives a statement up
  static constexpr std::chrono::seconds kLock{2};        // the same for a lock that somebody holds
  static constexpr std::chrono::seconds kIdle{
      15};  // a transaction that its client leaves open this long ends
  static constexpr int kOldestServer = 130000;

  // `schema`: where names are looked for. An error where the server is too old, or the database not in UTF-8.
  static Tried<std::unique_ptr<Connection>> open(const Address& address, const std::string& schema);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Hears the rows of one statement; only called where it has not failed.
  using Then = std::function<void(const Rows&)>;
  void add(std::string sql, Params params = {}, Then then = {});
  // Of the first that failed; those behind it were not carried out.
  Tried<void> run();
  Tried<Rows> ask(std::string sql, Params params = {});
  // Several statements in one text, without parameters; nothing may have been added.
  Tried<void> script(const std::string& sql);

  bool failed() const { return failed_; }
  const std::string& name() const { return name_; }

 private:
  struct Added {
    std::string sql;
    Params params;
    Then then;
    bool prepares = false;  // its text goes before it
  };
  explicit Connection(pg_conn* connection, std::string name);
  Tried<void> begin(const std::string& schema);
  bool send(Added& added);
  Tried<void> receive(const std::vector<Added>& sent);
  // The result of one statement, or of its preparation; null where the connection failed.
  std::unique_ptr<Rows> next();
  bool wait();  // until something can be read; false: it failed, or nothing came in time
  Failure failure_of(const Rows& rows);
  Failure lost();

  pg_conn* const connection_;
  const std::string name_;
  bool failed_ = false;
  std::chrono::steady_clock::time_point deadline_;
  std::vector<Added> added_;
  struct Prepared {
    std::string name;
    bool known = false;  // the server has it
  };
  std::map<std::string, Prepared> prepared_;  // by text
};

// What `work` does with the connection is committed where it goes well, and rolled back where it fails.
template <class Work>
auto in_transaction(Connection& connection, Work work) -> decltype(work()) {
  connection.add("BEGIN");
  auto done = work();
  if (connection.failed()) return done;
  const auto ended = connection.ask(done ? "COMMIT" : "ROLLBACK");
  if (done && !ended) return ended.error();
  return done;
}

}  // namespace restanza::journal::postgres
