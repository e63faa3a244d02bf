// SPDX-License-Identifier: MIT
#include "journal/postgres/client/connection.h"

#include "opened.h"

using namespace restanza;
using namespace restanza::journal;
using namespace restanza::journal::postgres;

TEST_CASE("statements are sent together, and each hears its own rows") {
  const Queue queue;
  const auto connection = queue.connect();
  std::string heard;
  for (int i = 1; i <= 3; ++i) {
    connection->add("SELECT $1::int8 * 2", Params().integer(i),
                    [&](const Rows& rows) { heard += std::to_string(rows.integer(0, 0)) + " "; });
  }
  REQUIRE(connection->run());
  CHECK(heard == "2 4 6 ");
}

TEST_CASE("values of every kind come back as they were sent, alone and in arrays") {
  const Queue queue;
  const auto connection = queue.connect();
  const std::string bytes("\0\xff\"{},\\ x", 9);
  const auto single = connection->ask("SELECT $1::int8, $2::text, $3::bytea, $4::text",
                                      Params().integer(INT64_MIN).text("bö\"b'\\").bytes(bytes).null());
  REQUIRE(single);
  CHECK(single->integer(0, 0) == INT64_MIN);
  CHECK(single->text(0, 1) == "bö\"b'\\");
  CHECK(single->text(0, 2) == bytes);
  CHECK(single->is_null(0, 3));
  const auto many =
      connection->ask("SELECT * FROM unnest($1::int8[], $2::text[], $3::bytea[])",
                      Params().integers({-1, 1}).texts({std::nullopt, "a,\"b"}).byte_strings({bytes, ""}));
  REQUIRE(many);
  REQUIRE(many->size() == 2);
  CHECK(many->integer(0, 0) == -1);
  CHECK(many->is_null(0, 1));
  CHECK(many->text(1, 1) == "a,\"b");
  CHECK(many->text(0, 2) == bytes);
  CHECK(many->text(1, 2).empty());
  const auto none = connection->ask("SELECT * FROM unnest($1::int8[], $2::text[], $3::bytea[])",
                                    Params().integers({}).texts({}).byte_strings({}));
  REQUIRE(none);
  CHECK(none->empty());
}

TEST_CASE("text that PostgreSQL cannot hold is held as far as it can be") {
  const Queue queue;
  const auto connection = queue.connect();
  for (const std::string& bad : {std::string("a\0b", 3), std::string("a\xff") + "b"}) {
    const auto back = connection->ask("SELECT $1::text, ($2::text[])[1]", Params().text(bad).texts({bad}));
    REQUIRE(back);
    CHECK(back->text(0, 0) == "a?b");
    CHECK(back->text(0, 1) == "a?b");
  }
}

TEST_CASE("what stands behind a statement that fails is not carried out, and the connection goes on") {
  const Queue queue;
  const auto connection = queue.connect();
  for (int round = 0; round < 2; ++round) {  // its text is prepared the second time
    bool heard = false;
    connection->add("SELECT 1 / $1::int8", Params().integer(0));
    connection->add("SELECT 7::int8", {}, [&](const Rows&) { heard = true; });
    const auto run = connection->run();
    REQUIRE_FALSE(run);
    CHECK(run.error().fenced());
    CHECK_FALSE(run.error().unreached);
    CHECK_THAT(run.error().text, Contains("division by zero") && Contains("PostgreSQL database"));
    CHECK_FALSE(heard);
    const auto next = connection->ask("SELECT 7::int8");
    REQUIRE(next);
    CHECK(next->integer(0, 0) == 7);
  }
  const auto missing = connection->ask("SELECT * FROM no_such_table");
  REQUIRE_FALSE(missing);
  CHECK_THAT(missing.error().text, Contains("--migrate"));
}

TEST_CASE("more than both sides can buffer goes through") {
  const Queue queue;
  const auto connection = queue.connect();
  const std::string large(3u << 20, 'x');
  size_t heard = 0;
  for (int i = 0; i < 8; ++i) {
    connection->add("SELECT $1::text", Params().text(large),
                    [&](const Rows& rows) { heard += rows.text(0, 0).size(); });
  }
  REQUIRE(connection->run());
  CHECK(heard == 8 * large.size());
}

TEST_CASE("a connection that was ended says so, and stays so") {
  const Queue queue;
  const auto connection = queue.connect();
  const auto pid = connection->ask("SELECT pg_backend_pid()::int8");
  REQUIRE(pid);
  queue.sql("SELECT pg_terminate_backend(" + std::to_string(pid->integer(0, 0)) + ", 5000)");
  const auto asked = connection->ask("SELECT 1::int8");
  REQUIRE_FALSE(asked);
  CHECK(asked.error().unreached);
  CHECK(connection->failed());
  CHECK(connection->ask("SELECT 1::int8").error().unreached);
}

TEST_CASE("a server that is not there is told with its place and without what opens it") {
  const Directory directory;
  const auto address = read_address("host=" + directory.path + " user=bot password=s3cret dbname=x");
  REQUIRE(address);
  const auto opened = Connection::open(*address, "x");
  REQUIRE_FALSE(opened);
  CHECK(opened.error().unreached);
  CHECK_THAT(opened.error().text, Contains(directory.path) && !Contains("s3cret"));
}
