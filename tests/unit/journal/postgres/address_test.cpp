// SPDX-License-Identifier: MIT
#include "journal/postgres/client/address.h"

#include "journal/stores/stores.h"
#include "support/catch.h"

using namespace restanza;
using namespace restanza::journal;
using namespace restanza::journal::postgres;

namespace {

std::string value(const std::string& text, const std::string& keyword) {
  const auto address = read_address(text);
  if (!address) return address.error().text;
  for (const auto& [name, said] : address->parameters) {
    if (name == keyword) return said;
  }
  return "nothing";
}

}  // namespace

TEST_CASE("on a network the certificate of the server is verified, unless a weaker mode is named") {
  for (const std::string there :
       {"postgresql://bot@db.example.org/restanza", "host=db.example.org dbname=x",
        "host=127.0.0.1,db.example.org", "hostaddr=192.0.2.1", "host=128.0.0.1", "service=company"}) {
    CAPTURE(there);
    CHECK(value(there, "sslmode") == "verify-full");
  }
  const std::string there = "host=db.example.org sslmode=";
  for (const std::string mode : {"disable", "require", "verify-ca", "verify-full"})
    CHECK(value(there + mode, "sslmode") == mode);
  for (const std::string mode : {"allow", "prefer"})
    CHECK_THAT(value(there + mode, "sslmode"), Contains("sslmode=" + mode));
}

TEST_CASE("on this machine TLS is what libpq makes of it") {
  for (const std::string here : {"postgresql:///restanza", "postgresql://127.0.0.1/x", "postgresql://[::1]/x",
                                 "host=localhost", "host=/var/run/postgresql", "host=127.0.0.1,localhost"}) {
    CAPTURE(here);
    CHECK(value(here, "sslmode") == "nothing");
  }
  CHECK(value("host=localhost sslmode=prefer", "sslmode") == "prefer");
}

TEST_CASE("a server that can be written to is asked for, and waits are short, unless it is said otherwise") {
  CHECK(value("postgresql:///x", "target_session_attrs") == "read-write");
  CHECK(value("postgresql:///x", "connect_timeout") == "3");
  CHECK(value("postgresql:///x?target_session_attrs=any&connect_timeout=9", "target_session_attrs") == "any");
  CHECK(value("postgresql:///x?target_session_attrs=any&connect_timeout=9", "connect_timeout") == "9");
}

TEST_CASE("an address is named without its password, and one that cannot be read is not repeated") {
  const auto address = read_address("postgresql://bot:s3cret@db.example.org/restanza");
  REQUIRE(address);
  CHECK(address->name == "PostgreSQL database 'restanza' on 'db.example.org'");
  for (const std::string bad : {"postgresql://bot:s3cret@[::1/x", "password=s3cret host", "s3cret=1 host=x",
                                "postgresql://bot:s3cret%@h/x"}) {
    CAPTURE(bad);
    const auto read = read_address(bad);
    REQUIRE_FALSE(read);
    CHECK(read.error().text.find("s3cret") == std::string::npos);
    const auto setting = read_database(bad);
    REQUIRE_FALSE(setting);
    CHECK(setting.error().text.find("s3cret") == std::string::npos);
  }
}

TEST_CASE("the setting names SQLite, or how a server is reached, and nothing else") {
  CHECK(*read_database("sqlite") == "");
  CHECK(*read_database("") == "");
  CHECK(*read_database("postgresql:///x") == "postgresql:///x");
  CHECK(*read_database("postgres:///x") == "postgres:///x");
  CHECK(*read_database("dbname=x") == "dbname=x");
  for (const std::string bad : {"mysql://x/y", "oracle", "/var/lib/x"}) {
    const auto read = read_database(bad);
    REQUIRE_FALSE(read);
    CHECK_THAT(read.error().text, Contains("\"sqlite\"") && Contains("postgresql://USER@HOST/DATABASE"));
    CHECK(read.error().text.find(bad) == std::string::npos);
  }
}
