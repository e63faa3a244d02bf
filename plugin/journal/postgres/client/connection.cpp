// SPDX-License-Identifier: MIT
#include "journal/postgres/client/connection.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "journal/postgres/client/stay_loaded.h"

namespace restanza::journal::postgres {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

// When the plugin is loaded: who never makes a connection unloads it as well.
[[maybe_unused]] const bool kStaysLoaded = stay_loaded();

// In one line, for the log.
std::string line_of(const char* text) {
  std::string line = text ? text : "";
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

std::string in_ms(milliseconds time) {
  return std::to_string(time.count());
}

// What helps, where the server's words do not say it.
std::string remedy(const std::string& state) {
  if (state == "42P01" || state == "3F000") return ": its tables are not there: run restanza-host --migrate";
  if (state == "42703") return ": its tables are not what this version expects: run restanza-host --migrate";
  if (state == "25006") return ": it takes no writes";
  return {};
}

}  // namespace

Connection::Connection(pg_conn* connection, std::string name)
    : connection_(connection), name_(std::move(name)) {}

Connection::~Connection() {
  PQfinish(connection_);
}

Tried<std::unique_ptr<Connection>> Connection::open(const Address& address, const std::string& schema) {
  std::vector<const char*> keywords, values;
  for (const auto& [keyword, value] : address.parameters) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  pg_conn* const made = PQconnectdbParams(keywords.data(), values.data(), 0);
  std::unique_ptr<Connection> connection(new Connection(made, address.name));
  PQsetNoticeProcessor(
      made, [](void*, const char*) {}, nullptr);  // else libpq prints them
  if (PQstatus(made) != CONNECTION_OK) return connection->lost();
  if (PQsetnonblocking(made, 1) != 0 || PQenterPipelineMode(made) != 1) return connection->lost();
  if (auto begun = connection->begin(schema); !begun) return begun.error();
  return connection;
}

Tried<void> Connection::begin(const std::string& schema) {
  const auto rows =
      ask("SELECT pg_catalog.set_config('search_path', pg_catalog.quote_ident($1::text), false), "
          "pg_catalog.set_config('statement_timeout', $2::text, false), "
          "pg_catalog.set_config('lock_timeout', $3::text, false), "
          "pg_catalog.set_config('idle_in_transaction_session_timeout', $4::text, false), "
          "pg_catalog.current_setting('server_version_num')::int8, "
          "pg_catalog.current_setting('server_encoding')",
          Params().text(schema).text(in_ms(kStatement)).text(in_ms(kLock)).text(in_ms(kIdle)));
  if (!rows) return rows.error();
  if (rows->integer(0, 4) < kOldestServer)
    return Failure{name_ + ": its server is older than PostgreSQL 13: take a later one", {}, false};
  if (rows->text(0, 5) != "UTF8") {
    return Failure{name_ + ": its encoding is " + rows->text(0, 5) + ": make a database with ENCODING 'UTF8'",
                   {},
                   false};
  }
  return {};
}

void Connection::add(std::string sql, Params params, Then then) {
  added_.push_back({std::move(sql), std::move(params), std::move(then)});
}

Tried<Rows> Connection::ask(std::string sql, Params params) {
  std::unique_ptr<Rows> answer;
  add(std::move(sql), std::move(params), [&](const Rows& rows) { answer = std::make_unique<Rows>(rows); });
  if (auto done = run(); !done) return done.error();
  return *answer;
}

Tried<void> Connection::run() {
  std::vector<Added> sent;
  sent.swap(added_);
  if (failed_) return lost();
  deadline_ = std::chrono::steady_clock::now() + kPatience;
  // What is thrown on the way leaves answers behind that nobody would take for his.
  failed_ = true;
  for (Added& each : sent) {
    if (!send(each)) return lost();
  }
  if (PQpipelineSync(connection_) != 1) return lost();
  return receive(sent);
}

bool Connection::send(Added& added) {
  const auto [found, fresh] = prepared_.try_emplace(added.sql);
  if (fresh) found->second.name = "s" + std::to_string(prepared_.size());
  added.prepares = !found->second.known;
  const char* const name = found->second.name.c_str();
  if (added.prepares && PQsendPrepare(connection_, name, added.sql.c_str(), 0, nullptr) != 1) return false;
  found->second.known = true;
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
  for (const auto& value : added.params.values()) {
    values.push_back(value ? value->data() : nullptr);
    lengths.push_back(value ? static_cast<int>(value->size()) : 0);
    formats.push_back(1);
  }
  return PQsendQueryPrepared(connection_, name, static_cast<int>(values.size()), values.data(),
                             lengths.data(), formats.data(), 1) == 1;
}

Tried<void> Connection::receive(const std::vector<Added>& sent) {
  std::unique_ptr<Failure> first;
  const auto take = [&](const Added& added, bool preparation) {
    const auto rows = next();
    if (!rows) return false;
    const auto status = PQresultStatus(rows->result());
    const bool done = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (!done && preparation) prepared_[added.sql].known = false;
    if (!done && !first) first = std::make_unique<Failure>(failure_of(*rows));
    if (done && !preparation && added.then) added.then(*rows);
    return true;
  };
  for (const Added& each : sent) {
    if (each.prepares && !take(each, true)) return first ? *first : lost();
    if (!take(each, false)) return first ? *first : lost();
  }
  const auto end = next();
  if (!end || PQresultStatus(end->result()) != PGRES_PIPELINE_SYNC) return first ? *first : lost();
  failed_ = first && first->unreached;
  return first ? Tried<void>(*first) : Tried<void>();
}

std::unique_ptr<Rows> Connection::next() {
  std::unique_ptr<Rows> rows;
  for (;;) {
    while (PQisBusy(connection_) != 0) {
      if (!wait()) return nullptr;
    }
    PGresult* const result = PQgetResult(connection_);
    if (!result) {  // the end of a statement's results, or of all where the connection is gone
      if (rows || PQstatus(connection_) != CONNECTION_OK) return rows;
      continue;
    }
    rows = std::make_unique<Rows>(result);
    if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) return rows;
  }
}

bool Connection::wait() {
  for (;;) {
    const int unsent = PQflush(connection_);
    if (unsent < 0) return false;
    const auto left = duration_cast<milliseconds>(deadline_ - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd fd{PQsocket(connection_), static_cast<short>(POLLIN | (unsent > 0 ? POLLOUT : 0)), 0};
    const int ready = poll(&fd, 1, static_cast<int>(left) + 1);
    if (ready > 0 && (fd.revents & ~POLLOUT) != 0) return PQconsumeInput(connection_) == 1;
  }
}

Failure Connection::failure_of(const Rows& rows) {
  const auto field = [&](int code) {
    const char* const text = PQresultErrorField(rows.result(), code);
    return std::string(text ? text : "");
  };
  const std::string state = field(PG_DIAG_SQLSTATE);
  if (state.empty()) return lost();
  const std::string severity = field(PG_DIAG_SEVERITY_NONLOCALIZED);
  return {name_ + ": " + line_of(field(PG_DIAG_MESSAGE_PRIMARY).c_str()) + remedy(state), state,
          severity == "FATAL" || severity == "PANIC"};
}

Failure Connection::lost() {
  failed_ = true;
  const std::string why = line_of(PQerrorMessage(connection_));
  return {name_ + ": " + (why.empty() ? "it does not answer" : why), {}, true};
}

Tried<void> Connection::script(const std::string& sql) {
  if (failed_ || PQexitPipelineMode(connection_) != 1) return lost();
  failed_ = true;
  deadline_ = std::chrono::steady_clock::now() + kPatience;
  std::unique_ptr<Failure> first;
  if (PQsendQuery(connection_, sql.c_str()) != 1) return lost();
  for (;;) {
    while (PQisBusy(connection_) != 0) {
      if (!wait()) return lost();
    }
    PGresult* const result = PQgetResult(connection_);
    if (!result) break;
    const Rows rows(result);
    if (PQresultStatus(result) == PGRES_FATAL_ERROR && !first)
      first = std::make_unique<Failure>(failure_of(rows));
  }
  if (PQstatus(connection_) != CONNECTION_OK || PQenterPipelineMode(connection_) != 1) return lost();
  failed_ = first && first->unreached;
  return first ? Tried<void>(*first) : Tried<void>();
}

}  // namespace restanza::journal::postgres
