// SPDX-License-Identifier: MIT
// What reaches a handler, and what comes back to the client.
#include <zlib.h>

#include "front_fixture.h"
#include "support/catch.h"

using namespace restanza;
using host::Header;

TEST_CASE("a request reaches the handler of its path and is answered") {
  FrontFixture at;
  RawClient client(at.port);
  const auto answer = client.exchange(post("/now/a%2Fb?x=%20&y", "hello"));
  CHECK(answer.status == 200);
  CHECK(answer.body == "POST /now/a%2Fb?x=%20&y hello");
  CHECK(answer.has("Content-Length: 29\r\n"));
  CHECK(answer.has("Content-Type: text/plain\r\n"));
}

TEST_CASE("the handler gets the headers exactly as they were sent, in their order, and nothing else") {
  FrontFixture at;
  RawClient client(at.port);
  client.send(
      get("/park", "X-Percent: a%20b%0D\r\nREMOTE_ADDR: 10.0.0.1\r\nx-percent:\t twice \r\nEmpty:\r\n"));
  const auto parked = at.parked.next();
  REQUIRE(parked);
  const std::vector<Header> sent = {{"Host", "localhost"},
                                    {"X-Percent", "a%20b%0D"},
                                    {"REMOTE_ADDR", "10.0.0.1"},
                                    {"x-percent", "twice"},
                                    {"Empty", ""}};
  CHECK(parked->request.headers == sent);
  CHECK(parked->request.peer == "127.0.0.1");
  CHECK(parked->request.path == "/park");
  CHECK(at.front.respond(parked->id, 204, {}, "") == XP_OK);
  CHECK(client.answer().status == 204);
}

TEST_CASE("every method that is known goes to the handler as it is") {
  FrontFixture at;
  RawClient client(at.port);
  for (const std::string method : {"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
    CAPTURE(method);
    CHECK(client.exchange(method + " /now HTTP/1.1\r\nHost: a\r\n\r\n").body == method + " /now ");
    const auto with_body = method + " /now HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
    CHECK(client.exchange(with_body).body == method + " /now hi");
  }
}

TEST_CASE("an unknown method is 501 and an unknown path 404") {
  FrontFixture at;
  RawClient client(at.port);
  CHECK(client.exchange(get("/nowhere")).status == 200);
  CHECK(client.exchange(get("/elsewhere")).status == 404);
  CHECK(client.exchange("BREW /now HTTP/1.1\r\nHost: a\r\n\r\n").status == 501);
  CHECK(client.ended());
}

TEST_CASE("HEAD gets the length of the body but no body") {
  FrontFixture at;
  RawClient client(at.port);
  client.send("HEAD /now HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto answer = client.answer(true);
  CHECK(answer.status == 200);
  CHECK(answer.has("Content-Length: 10\r\n"));
  CHECK(client.exchange(get("/now/next")).body == "GET /now/next ");
}

TEST_CASE("Range does not turn a whole answer into a part of it") {
  FrontFixture at;
  RawClient client(at.port);
  const auto answer = client.exchange(get("/now", "Range: bytes=0-1\r\n"));
  CHECK(answer.status == 200);
  CHECK(answer.body == "GET /now ");
}

TEST_CASE("HTTP/1.0 closes after its answer unless it asks for keep-alive") {
  FrontFixture at;
  RawClient client(at.port);
  const auto kept = client.exchange("GET /now HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
  CHECK(kept.status == 200);
  CHECK(kept.has("Connection: keep-alive\r\n"));
  CHECK(client.exchange("GET /now HTTP/1.0\r\n\r\n").has("Connection: close\r\n"));
  CHECK(client.ended());
}

TEST_CASE("a client that asks for the end of the connection gets it after the answer") {
  FrontFixture at;
  RawClient client(at.port);
  CHECK(client.exchange(get("/now", "Connection: foo, Close\r\n")).status == 200);
  CHECK(client.ended());
}

TEST_CASE("a client that waits for leave to send its body is given it") {
  FrontFixture at;
  RawClient client(at.port);
  client.send("POST /now HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  CHECK(client.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(client.exchange("hello").body == "POST /now hello");
}

TEST_CASE("a client that waits for leave to send too large a body gets the answer instead") {
  FrontFixture at;
  RawClient client(at.port);
  client.send("POST /now HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1025\r\n\r\n");
  CHECK(client.answer().status == 413);
  CHECK(client.ended());
}

TEST_CASE("an expectation that is not known is refused") {
  FrontFixture at;
  RawClient client(at.port);
  CHECK(client.exchange(get("/now", "Expect: a miracle\r\n")).status == 417);
}

TEST_CASE("a POST without a length has an empty body and does not wait") {
  FrontFixture at;
  RawClient client(at.port);
  CHECK(client.exchange("POST /now HTTP/1.1\r\nHost: a\r\n\r\n").body == "POST /now ");
}

TEST_CASE("a chunked body is put together, without its extensions and trailers") {
  FrontFixture at;
  RawClient client(at.port);
  const std::string chunked =
      "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n0A;name=\"value\"\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
  CHECK(client.exchange(chunked).body == "POST /now abc0123456789");
  for (const char byte : chunked) client.send({&byte, 1});
  CHECK(client.answer().body == "POST /now abc0123456789");
}

TEST_CASE("an absolute target names the path and the host") {
  FrontFixture at;
  RawClient client(at.port);
  CHECK(client.exchange("GET http://rest.localhost:80/now?q HTTP/1.1\r\nHost: a\r\n\r\n").body ==
        "GET /now?q ");
}

TEST_CASE("an absolute target without a host is refused") {
  FrontFixture at;
  RawClient client(at.port);
  CHECK(client.exchange("GET http:///now HTTP/1.1\r\nHost: a\r\n\r\n").status == 400);
  CHECK(client.ended());
}

namespace {

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()), '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("a compressed body reaches the handler decompressed, up to the limit") {
  FrontFixture at;
  RawClient client(at.port);
  const std::string largest(1024, 'a');
  const auto answer = client.exchange(post("/now", gzip(largest), "Content-Encoding: gzip\r\n"));
  CHECK(answer.status == 200);
  CHECK(answer.body == "POST /now " + largest);
  CHECK(client.exchange(post("/now", gzip(largest + 'a'), "Content-Encoding: gzip\r\n")).status == 413);
  CHECK(client.ended());
}

TEST_CASE("a body that is not what its Content-Encoding says is refused") {
  FrontFixture at;
  RawClient client(at.port);
  CHECK(client.exchange(post("/now", "not gzip", "Content-Encoding: gzip\r\n")).status == 400);
}

TEST_CASE("a compressed body that was cut off is refused wherever that happened") {
  FrontFixture at;
  const std::string whole = gzip(std::string(1000, 'a') + "b");
  for (size_t missing = 1; missing < whole.size(); ++missing) {
    RawClient client(at.port);
    const auto cut = whole.substr(0, whole.size() - missing);
    CHECK(client.exchange(post("/now", cut, "Content-Encoding: gzip\r\n")).status == 400);
  }
}

TEST_CASE("a coding that is not known, and one upon another, is 415") {
  FrontFixture at;
  for (const std::string headers :
       {"Content-Encoding: rot13\r\n", "Content-Encoding: gzip, gzip\r\n", "Content-Encoding: \r\n",
        "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n"}) {
    RawClient client(at.port);
    CHECK(client.exchange(post("/now", gzip("x"), headers)).status == 415);
    CHECK(client.ended());
  }
  RawClient client(at.port);
  CHECK(client.exchange(post("/now", "x", "Content-Encoding: identity\r\n")).status == 200);
}

TEST_CASE("a multipart body reaches the handler as it came") {
  FrontFixture at;
  RawClient client(at.port);
  const std::string body = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n";
  CHECK(client.exchange(post("/now", body, "Content-Type: multipart/form-data; boundary=b\r\n")).body ==
        "POST /now " + body);
}

TEST_CASE("a handler that throws is answered 500 and the front goes on") {
  FrontFixture at({}, [](host::Front&, host::ExchangeId, const host::HttpRequest&) { throw 1; });
  RawClient client(at.port);
  const auto answer = client.exchange(get("/now"));
  CHECK(answer.status == 500);
  CHECK_FALSE(answer.has("EXCEPTION"));
  CHECK(RawClient(at.port).exchange(get("/elsewhere")).status == 404);
  CHECK(at.front.open_exchanges() == 0);
}
