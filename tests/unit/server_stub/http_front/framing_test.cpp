// SPDX-License-Identifier: MIT
// What two HTTP programs could read differently is refused, and no bytes of a refused request are ever taken
// for the next one.
#include "front_fixture.h"
#include "http_front/message/request_reader.h"
#include "support/catch.h"

using namespace restanza;

namespace {

const std::string kNul(1, '\0');
const std::string kSmuggled = "GET /park HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace

TEST_CASE("ambiguous framing is refused with 400, and what follows it is never a request") {
  const std::string bad[] = {
      "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
      "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 0\r\n\r\nabc",
      "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc",
      "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
      "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\nabc",
      "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc",
      "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nabc",
      "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551617\r\n\r\nabc",
      "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
      "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
      "chunked\r\n\r\n0\r\n\r\n",
      "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n",
      "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0b"
      "chunked\r\n\r\n0\r\n\r\n",
      "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
      "POST /now HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "GET /now HTTP/1.1\r\nHost: a\r\nX-Folded: one\r\n two\r\n\r\n",
      "GET /now HTTP/1.1\r\n Host: a\r\n\r\n",
      "GET /now HTTP/1.1\r\n\r\n",
      "GET /now HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
      "GET /now HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
      "GET /now HTTP/1.1\r\nHost: a, b\r\n\r\n",
      "GET /now HTTP/1.1\r\nHost: a/b\r\n\r\n",
      "GET http://a@b/now HTTP/1.1\r\nHost: b\r\n\r\n",
      "GET /now HTTP/1.1\r\nHost: a\r\nNo colon\r\n\r\n",
      "GET /now HTTP/1.1\r\nHost: a\r\n: no name\r\n\r\n",
      "GET /now HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
      "GET /now HTTP/1.1\nHost: a\n\n",
      "GET /now HTTP/1.1\r\nHost: a\r\nX: a\nY: b\r\n\r\n",
      "GET /now HTTP/1.1\r\nHost: a\r\nX: a\x01"
      "b\r\n\r\n",
      "GET /now HTTP/1.1\r\nHost: a\r\nX: a\x7f\r\n\r\n",
      "GET /now HTTP/1.1\r\nHost: a\r\nX: a" + kNul + "b\r\n\r\n",
      "GET /now" + kNul + "x HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /now\tx HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /now x HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET now HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET  HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /now\r\nHost: a\r\n\r\n",
      "GET /now HTTP/1.10\r\nHost: a\r\n\r\n",
      "G(T /now HTTP/1.1\r\nHost: a\r\n\r\n",
      "\r\n\r\nGET /now HTTP/1.1\r\nHost: a\r\n\r\n",
      "CONNECT a:80 HTTP\r\n\r\n",
  };
  FrontFixture at;
  for (const auto& request : bad) {
    CAPTURE(request);
    RawClient client(at.port);
    REQUIRE(client.send(request + kSmuggled));
    const auto answer = client.answer();
    CHECK(answer.status == 400);
    CHECK(answer.has("Connection: close\r\n"));
    CHECK(client.ended());
  }
  CHECK(at.parked.count() == 0);
  CHECK(at.front.open_exchanges() == 0);
}

TEST_CASE("chunks that two programs could read differently are refused with 400") {
  const std::string bad[] = {
      "0x3\r\nabc\r\n0\r\n\r\n", "-1\r\nabc\r\n0\r\n\r\n",
      " 3\r\nabc\r\n0\r\n\r\n",  "3 \r\nabc\r\n0\r\n\r\n",
      "3\nabc\r\n0\r\n\r\n",     "3\r\nabc0\r\n\r\n",
      "3\r\nabcd\r\n0\r\n\r\n",  "\r\n3\r\nabc\r\n0\r\n\r\n",
      "3\r\nabc\n0\r\n\r\n",     "g\r\n\r\n",
      "0\r\nX: a\x01\r\n\r\n",   "3;a\rb\r\nabc\r\n0\r\n\r\n",
      "FFFFFFFFFFFFFFFF\r\n",    "10000000000000000\r\n",
  };
  FrontFixture at;
  for (const auto& body : bad) {
    CAPTURE(body);
    RawClient client(at.port);
    client.send("POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body + kSmuggled);
    CHECK(client.answer().status == 400);
    CHECK(client.ended());
  }
  CHECK(at.parked.count() == 0);
}

TEST_CASE("a body that belongs to nobody is not taken for a request") {
  FrontFixture at;
  RawClient client(at.port);
  REQUIRE(client.send(post("/elsewhere", kSmuggled)));
  CHECK(client.answer().status == 404);
  CHECK(client.ended());
  CHECK(at.parked.count() == 0);
}

TEST_CASE("the body of a GET is the request's, not the next request") {
  FrontFixture at;
  RawClient client(at.port);
  const auto length = std::to_string(kSmuggled.size());
  client.send("GET /now HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n" + kSmuggled);
  CHECK(client.answer().body == "GET /now " + kSmuggled);
  CHECK(at.parked.count() == 0);
}

TEST_CASE("a body that is too large is not read, and not taken for a request") {
  FrontFixture at({}, FrontFixture::echo, 3);
  for (const std::string framing :
       {"Content-Length: 30\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n1e\r\n"}) {
    CAPTURE(framing);
    RawClient client(at.port);
    REQUIRE(client.send("POST /now HTTP/1.1\r\nHost: a\r\n" + framing + kSmuggled));
    CHECK(client.answer().body == "POST /now ");
    CHECK(client.ended());
  }
  CHECK(at.parked.count() == 0);
}

TEST_CASE("an HTTP version from another world is refused") {
  FrontFixture at;
  CHECK(RawClient(at.port).exchange("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status == 505);
}

TEST_CASE("one empty line before a request is forgiven") {
  FrontFixture at;
  RawClient client(at.port);
  CHECK(client.exchange("\r\n" + get("/now")).status == 200);
  CHECK(client.exchange("\r\n" + get("/now")).status == 200);
}

TEST_CASE("a second empty line is refused though it comes by itself") {
  const host::FrontSettings limits;
  host::RequestReader reader(limits);
  reader.feed("\r\n");
  CHECK_FALSE(reader.take_head());
  reader.feed("\r\n");
  const auto head = reader.take_head();
  REQUIRE(head);
  CHECK_FALSE(*head);
}

TEST_CASE("an empty line after a request begins no other one") {
  host::FrontSettings settings;
  settings.request_time = std::chrono::milliseconds(50);
  settings.idle_time = std::chrono::milliseconds(150);
  FrontFixture at(settings);
  const auto client = served_client(at.port, get("/now") + "\r\n");
  REQUIRE(client);
  CHECK(client->ended());
}
