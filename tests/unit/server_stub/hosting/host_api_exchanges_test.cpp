// SPDX-License-Identifier: MIT
// Exchanges in the wrong hands, answers that are none, and what an instance leaves open at its end.
#include "hosting/host_api.h"
#include "support/catch.h"
#include "unit/server_stub/hosting/api_fixture.h"

using namespace restanza;
using namespace restanza::host;
using namespace std::chrono_literals;

namespace {

struct Asked : Given {
  RawClient client{port};
  xp_exchange* exchange = nullptr;

  Asked() {
    route();
    ask(client);
  }
  void ask(RawClient& who) {
    who.send(get("/rest"));
    const auto come = ctx.exchanges.next();
    REQUIRE(come);
    exchange = *come;
  }
};

}  // namespace

TEST_CASE("a plugin cannot complete, watch or write to the exchange of another") {
  Asked given;
  HostApi other({"test", "1.0", "x", "/x", "x", ""}, given.front, given.routes, given.hooks, given.link,
                nullptr, given.log);
  const xp_host* host = other.vtable();
  Ctx watching;
  const xp_watch watch = watching.watch();
  CHECK(host->http_respond(host, given.exchange, 200, nullptr, 0, view("mine")) == XP_INVALID);
  CHECK(host->http_begin(host, given.exchange, 200, nullptr, 0) == XP_INVALID);
  CHECK(host->http_write(host, given.exchange, view("mine")) == XP_INVALID);
  host->http_end(host, given.exchange);
  host->http_watch(host, given.exchange, &watch);
  CHECK(watching.released == 1);
  CHECK(given.respond(given.exchange, 200, "yours") == XP_OK);
  CHECK(given.client.answer().body == "yours");
}

TEST_CASE("an answer that is none is 500 to the client, and the log says what is wrong with it") {
  Asked given;
  CHECK(given.respond(given.exchange, 99) == XP_INVALID);
  CHECK(given.client.answer().status == 500);
  const xp_pair header = {view("X-Evil"), view("a\r\nSet-Cookie: b")};
  RawClient second(given.port), third(given.port);
  given.ask(second);
  CHECK(given.host->http_respond(given.host, given.exchange, 200, &header, 1, view("")) == XP_INVALID);
  CHECK(second.answer().status == 500);
  given.ask(third);
  CHECK(given.host->http_begin(given.host, given.exchange, 200, &header, 1) == XP_INVALID);
  CHECK(third.answer().status == 500);
  CHECK(given.respond(given.exchange) == XP_INVALID);
  CHECK(given.bugs() ==
        "demo@rest.localhost: http_respond with the status 99: it must be 200 to 599\n"
        "demo@rest.localhost: http_respond with a header that is none, or holds a line break: 'X-Evil'\n"
        "demo@rest.localhost: http_begin with a header that is none, or holds a line break: 'X-Evil'\n"
        "demo@rest.localhost: http_respond with an exchange that has ended already, or never was one\n");
}

TEST_CASE("calls of a stream in the wrong order are named") {
  Asked given;
  REQUIRE(given.host->http_begin(given.host, given.exchange, 200, nullptr, 0) == XP_OK);
  CHECK(given.host->http_begin(given.host, given.exchange, 200, nullptr, 0) == XP_INVALID);
  CHECK(given.respond(given.exchange) == XP_INVALID);
  CHECK(given.host->http_write(given.host, given.exchange, view("x")) == XP_INVALID);
  CHECK(given.bugs() ==
        "demo@rest.localhost: http_begin for the second time\n"
        "demo@rest.localhost: http_respond after http_begin: the stream is cut off\n"
        "demo@rest.localhost: http_write with an exchange that has ended already, or never was one\n");
}

TEST_CASE("what an instance leaves open is completed with 500, once, and its watches are released") {
  Asked given;
  Ctx watching;
  const xp_watch watch = watching.watch();
  given.host->http_watch(given.host, given.exchange, &watch);
  CHECK(given.api->end_exchanges() == 1);
  CHECK(given.client.answer().status == 500);
  CHECK(watching.released == 1);
  CHECK(given.api->end_exchanges() == 0);
  CHECK(given.respond(given.exchange) == XP_INVALID);
}

TEST_CASE("a dismissed instance gets no requests and no stanzas, and keeps its contexts") {
  Given given;
  given.route();
  given.hook();
  given.ctx.verdict = [](const xp_stanza&) { return XP_CONSUME; };
  CHECK(given.api->dismiss(0ms));
  CHECK(RawClient(given.port).exchange(get("/rest")).status == 503);
  CHECK(given.offer() == "passed");
  CHECK(given.ctx.exchanges.count() == 0);
  CHECK(given.ctx.released == 0);
}

TEST_CASE("a forsaken instance's path is free again, and its contexts stay") {
  Given given;
  given.route();
  given.hook();
  given.api->abandon();
  CHECK(RawClient(given.port).exchange(get("/rest")).status == 404);
  CHECK(given.offer() == "passed");
  CHECK(given.ctx.released == 0);
}

TEST_CASE("a request whose route is taken back while its body is on the way is 404") {
  Given given;
  xp_reg* const reg = given.route();
  RawClient client(given.port);
  client.send("POST /rest HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  REQUIRE(client.until("100 Continue").find("100") != std::string::npos);  // so its route has been looked up
  given.host->unregister(given.host, reg);
  client.send("hello");
  CHECK(client.until("404").find("404") != std::string::npos);
  CHECK(given.ctx.released == 1);
  CHECK(given.ctx.exchanges.count() == 0);
}

TEST_CASE("a registration whose handle nobody wanted is withdrawn too") {
  Given given;
  Ctx& ctx = given.ctx;
  REQUIRE(given.host->register_route(given.host, view(""), 1, Ctx::on_request, &ctx, Ctx::on_release,
                                     nullptr) == XP_OK);
  REQUIRE(given.host->on_stanza(given.host, 7, 0, Ctx::on_stanza, &ctx, Ctx::on_release, nullptr) == XP_OK);
  given.api->withdraw();
  CHECK(ctx.released == 2);
}

TEST_CASE("a plugin chooses by the head whose body comes in pieces, and how long it may be") {
  Given given;
  xp_reg* reg = nullptr;
  REQUIRE(given.host->register_route(given.host, view(""), 5, Ctx::on_request, &given.ctx, Ctx::on_release,
                                     &reg) == XP_OK);
  const auto longest = [](void* ctx, const xp_request* head) -> uint64_t {
    CHECK(Ctx::of(ctx).released == 0);
    CHECK(text(head->body).empty());
    return text(head->query) == "pieces" ? 10 : 0;
  };
  REQUIRE(given.host->stream_some(given.host, reg, longest) == XP_OK);
  const auto seen = [&](const std::string& query, size_t length, const std::string& body,
                        const std::string& headers = {}) {
    RawClient client(given.port);
    client.send("POST /rest" + query + " HTTP/1.1\r\nHost: x\r\n" + headers +
                "Content-Length: " + std::to_string(length) + "\r\n\r\n" + body);
    const auto event = given.ctx.events.next();
    const auto exchange = given.ctx.exchanges.next();
    REQUIRE(exchange);
    given.host->http_respond(given.host, *exchange, 200, nullptr, 0, view(""));
    CHECK(client.answer().status == 200);
    return event.value_or("");
  };
  CHECK(seen("", 5, "whole") == "POST /rest absent whole");
  CHECK(seen("", 6, "") == "POST /rest absent too large");
  CHECK(seen("?pieces", 10, "a part") == "POST /rest pieces ");  // the rest follows
  CHECK(seen("?pieces", 11, "") == "POST /rest pieces too large");
  // In a content coding it comes whole, and has the limit of the route.
  CHECK(seen("?pieces", 6, "", "Content-Encoding: gzip\r\n") == "POST /rest pieces too large");
  given.host->unregister(given.host, reg);
  CHECK(given.host->stream_some(given.host, reg, longest) == XP_INVALID);
}
