// SPDX-License-Identifier: MIT
#include "kit/handed_exchanges.h"

#include "support/catch.h"
#include "unit/server_stub/kit/played_server.h"

using namespace restanza;
using namespace restanza::host;

namespace {

struct Handed {
  HandedExchanges exchanges;
  std::shared_ptr<KeptAnswer> answer = std::make_shared<KeptAnswer>();
  const ExchangeId id = exchanges.add(answer);
  int gone = 0, writable = 0;

  Watch watch() {
    return {[this] { ++gone; }, [this] { ++writable; }};
  }
};

}  // namespace

TEST_CASE("a handed request is answered once, without the headers that are the server's") {
  Handed given;
  CHECK(given.exchanges.respond(given.id, 200, {{"X-A", "b"}, {"content-length", "7"}, {"Connection", "x"}},
                                "hello") == XP_OK);
  CHECK(given.exchanges.respond(given.id, 200, {}, "again") == XP_INVALID);
  CHECK(given.exchanges.end(given.id) == XP_INVALID);
  CHECK(given.answer->said == "respond 200 1 hello;");
  CHECK(given.answer.use_count() == 1);
}

TEST_CASE("a stream goes step by step, and hears of room after it was told that there was none") {
  Handed given;
  CHECK(given.exchanges.write(given.id, "early") == XP_INVALID);
  CHECK(given.exchanges.begin(given.id, 200, {{"Transfer-Encoding", "chunked"}}) == XP_OK);
  CHECK(given.exchanges.begin(given.id, 200, {}) == XP_INVALID);
  given.answer->room = false;
  CHECK(given.exchanges.write(given.id, "a") == XP_WOULD_BLOCK);
  given.answer->room = true;
  given.exchanges.room(given.id);  // before there is a watch: it hears of it then
  CHECK(given.exchanges.watch(given.id, given.watch()) == XP_OK);
  CHECK(given.writable == 1);
  given.exchanges.room(given.id);
  CHECK(given.writable == 2);
  CHECK(given.exchanges.write(given.id, "a") == XP_OK);
  CHECK(given.exchanges.write(given.id, "") == XP_OK);
  CHECK(given.exchanges.end(given.id) == XP_OK);
  CHECK(given.answer->said == "begin 200 0;write a;end;");
  given.exchanges.room(given.id);
  CHECK(given.writable == 2);
}

TEST_CASE("an answer that is none is 500, and a stream that is answered is cut off") {
  Handed given;
  CHECK(given.exchanges.respond(given.id, 99, {}, "") == XP_INVALID);
  const ExchangeId second = given.exchanges.add(given.answer);
  CHECK(given.exchanges.begin(second, 200, {{"X-Evil", "a\r\nb"}}) == XP_INVALID);
  const ExchangeId third = given.exchanges.add(given.answer);
  CHECK(given.exchanges.end(third) == XP_INVALID);
  const std::string none = "respond 500 1 the answer could not be written\n;";
  CHECK(given.answer->said == none + none + none);
  const ExchangeId stream = given.exchanges.add(given.answer);
  given.answer->said.clear();
  CHECK(given.exchanges.begin(stream, 200, {}) == XP_OK);
  CHECK(given.exchanges.respond(stream, 200, {}, "") == XP_INVALID);
  CHECK(given.answer->said == "begin 200 0;cut;");
}

TEST_CASE("who watches hears once that the client has left, and the end is still to come") {
  Handed given;
  CHECK(given.exchanges.watch(given.id, given.watch()) == XP_OK);
  CHECK(given.exchanges.watch(given.id, given.watch()) == XP_INVALID);
  given.exchanges.client_left(given.id);
  given.exchanges.client_left(given.id);
  CHECK(given.gone == 1);
  CHECK(given.exchanges.begin(given.id, 200, {}) == XP_GONE);
  CHECK(given.exchanges.write(given.id, "a") == XP_GONE);
  CHECK(given.exchanges.end(given.id) == XP_GONE);
  CHECK(given.answer->said.empty());
  const ExchangeId late = given.exchanges.add(given.answer);
  given.exchanges.client_left(late);
  CHECK(given.exchanges.watch(late, given.watch()) == XP_OK);
  CHECK(given.gone == 2);
  CHECK(given.exchanges.respond(late, 200, {}, "") == XP_GONE);
}

TEST_CASE("as many requests wait as there may, one more is not taken, and an end makes room") {
  Handed given;
  for (size_t i = 1; i < HandedExchanges::kMaxOpen; ++i) {
    if (given.exchanges.add(given.answer) == 0) FAIL(i);
  }
  CHECK(given.exchanges.add(given.answer) == 0);
  CHECK(given.exchanges.respond(given.id, 200, {}, "") == XP_OK);
  CHECK(given.exchanges.add(given.answer) != 0);
}
