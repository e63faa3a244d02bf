// SPDX-License-Identifier: MIT
// A queue on the tests' server that a test also looks into, and disturbs, by SQL. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "journal/postgres/client/address.h"
#include "journal/postgres/client/connection.h"
#include "journal/postgres/schema.h"
#include "journal/postgres/store.h"
#include "unit/journal/stores.h"
#include "unit/journal/world.h"

namespace restanza::journal::postgres {

class Queue {
 public:
  explicit Queue(bool migrated = true) : place(new_queue()) {
    if (migrated) migrate();
  }

  void migrate() const {
    const auto made = PostgresStore::migrate(place);
    INFO((made ? "" : made.error().text));
    REQUIRE(made);
  }
  std::unique_ptr<PostgresStore> open() const { return open(place); }
  std::unique_ptr<PostgresStore> open(const StorePlace& where) const {
    auto opened = PostgresStore::open(where, clock);
    INFO((opened ? "" : opened.error().text));
    REQUIRE(opened);
    return std::unique_ptr<PostgresStore>(dynamic_cast<PostgresStore*>(opened->store.release()));
  }
  std::string refusal(const StorePlace& where) const {
    const auto opened = PostgresStore::open(where, clock);
    return opened ? "opened" : opened.error().text;
  }

  std::unique_ptr<Connection> connect() const {
    auto connection = Connection::open(*read_address(place.database), *schema_of(place.domain));
    INFO((connection ? "" : connection.error().text));
    REQUIRE(connection);
    return std::move(*connection);
  }
  // Several statements, by another connection.
  void sql(const std::string& text) const {
    const auto done = connect()->script(text);
    INFO((done ? text : done.error().text));
    REQUIRE(done);
  }
  // The first column of all rows, as text.
  std::string rows(const std::string& query) const {
    const auto found =
        connect()->ask("SELECT coalesce(string_agg(x::text, ' '), '') FROM (" + query + ") q (x)");
    INFO((found ? query : found.error().text));
    REQUIRE(found);
    return found->text(0, 0);
  }

  // The connections of its hosts end, as when somebody restarts the server.
  void end_connections() const {
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'restanza' AND pid "
        "<> "
        "pg_backend_pid() AND pid IN (SELECT pid FROM node)");
  }
  void let_lapse() const { sql("UPDATE node SET expires = clock_timestamp() - interval '1 second'"); }

  // Through something else than the server's own socket.
  StorePlace behind(const std::string& directory) const {
    StorePlace other = place;
    other.database = "host=" + directory + " port=5432";
    const auto address = read_address(place.database);
    for (const auto& [keyword, value] : address->parameters) {
      if (keyword == "user" || keyword == "dbname") other.database += " " + keyword + "=" + value;
    }
    return other;
  }
  // The path of the server's socket.
  std::string socket() const {
    std::string host, port = "5432";
    const auto address = read_address(place.database);
    for (const auto& [keyword, value] : address->parameters) {
      if (keyword == "host") host = value;
      if (keyword == "port") port = value;
    }
    return host + "/.s.PGSQL." + port;
  }

  StorePlace place;
  FakeClock clock;
};

inline Journal::Settings settings_of(const StorePlace& place) {
  Journal::Settings settings;
  settings.database = place.database;
  settings.domain = place.domain;
  return settings;
}

// A group with one stanza.
inline Result<void> add(Store& store, const std::string& body, const WallTime& now) {
  const xmpp::Stanza stanza = message(body);
  std::vector<Delivery> deliveries(1);
  deliveries[0].id = "msg_" + body;
  deliveries[0].endpoint = "default";
  deliveries[0].accepted = deliveries[0].changed = now;
  return store.write({Insert{stanza, deliveries}});
}

inline std::string text_of(const Result<void>& done) {
  return done ? "done" : done.error().text;
}

}  // namespace restanza::journal::postgres
