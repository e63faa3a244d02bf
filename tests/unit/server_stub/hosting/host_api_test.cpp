// SPDX-License-Identifier: MIT
#include "hosting/host_api.h"

#include "support/catch.h"
#include "unit/server_stub/hosting/api_fixture.h"

using namespace restanza;
using namespace restanza::host;
using namespace std::chrono_literals;

TEST_CASE("the vtable says whose it is, and what it lacks is absent") {
  const Given given;
  CHECK(given.host->size == sizeof(xp_host));
  CHECK(text(given.host->name) == "test");
  CHECK(text(given.host->version) == "1.0");
  CHECK(text(given.host->domain) == "rest.localhost");
  CHECK(text(given.host->prefix) == "/rest");
  CHECK(text(given.host->state_dir) == "absent");
  CHECK(given.host->max_stanza == 100);
  CHECK(given.host->get_extension(given.host, XP_EXT_AUTH) == nullptr);
  CHECK(given.host->get_extension(given.host, "xp.nothing/1") == nullptr);
  const auto* link = static_cast<const xp_link*>(given.host->get_extension(given.host, XP_EXT_LINK));
  REQUIRE(link);
  CHECK(link->is_up(given.host) == 1);
  given.link->is_up = false;
  CHECK(link->is_up(given.host) == 0);
}

TEST_CASE("a request reaches the route's function, until the route is unregistered") {
  Given given;
  xp_reg* reg = given.route("/a");
  RawClient client(given.port);
  client.send(post("/rest/a/b?c=d", "hello"));
  const auto exchange = given.ctx.exchanges.next();
  REQUIRE(exchange);
  CHECK(given.ctx.events.next() == "POST /rest/a/b c=d hello");
  CHECK(given.respond(*exchange, 201, "made") == XP_OK);
  const auto answer = client.answer();
  CHECK(answer.status == 201);
  CHECK(answer.body == "made");

  client.send(post("/rest/a", "more than sixteen"));
  const auto large = given.ctx.exchanges.next();
  REQUIRE(large);
  CHECK(given.ctx.events.next() == "POST /rest/a absent too large");
  CHECK(given.respond(*large, 413) == XP_OK);
  CHECK(client.answer().status == 413);

  given.host->unregister(given.host, reg);
  CHECK(given.ctx.events.next() == "released");
  CHECK(RawClient(given.port).exchange(get("/rest/a")).status == 404);
  CHECK(given.ctx.released == 1);
  CHECK(given.bugs().empty());
}

TEST_CASE("an exchange that is answered twice is answered once, and the plugin is named") {
  Given given;
  given.route();
  RawClient client(given.port);
  client.send(get("/rest"));
  const auto exchange = given.ctx.exchanges.next();
  REQUIRE(exchange);
  CHECK(given.respond(*exchange, 200, "one") == XP_OK);
  CHECK(given.respond(*exchange, 200, "two") == XP_INVALID);
  CHECK(client.answer().body == "one");
  CHECK(given.bugs() ==
        "demo@rest.localhost: http_respond with an exchange that has ended already, or never was one\n");
  client.send(get("/rest"));
  CHECK(given.ctx.exchanges.next());  // the connection has not heard of it
}

TEST_CASE("a stream that was never begun is 500 to the client and a line to the plugin's author") {
  Given given;
  given.route();
  RawClient client(given.port);
  client.send(get("/rest"));
  const auto exchange = given.ctx.exchanges.next();
  REQUIRE(exchange);
  CHECK(given.host->http_write(given.host, *exchange, view("x")) == XP_INVALID);
  given.host->http_end(given.host, *exchange);
  CHECK(client.answer().status == 500);
  CHECK(given.bugs() ==
        "demo@rest.localhost: http_write without http_begin, or after the end\n"
        "demo@rest.localhost: http_end without http_begin: the client gets 500\n");
}

TEST_CASE("a hook sees the stanza's attributes and whose it was") {
  Given given;
  xp_reg* reg = given.hook();
  std::string seen;
  given.ctx.verdict = [&](const xp_stanza& stanza) {
    seen = std::to_string(stanza.kind) + " " + std::to_string(stanza.flags) + " " + text(stanza.type) + " " +
           text(stanza.from) + " " + text(stanza.id);
    return XP_CONSUME;
  };
  CHECK(given.offer() == "taken");
  CHECK(seen == "1 0 absent a@x 1");
  CHECK(given.offer(true) == "taken");
  CHECK(seen == "1 1 absent a@x 1");
  CHECK(given.ctx.released == 0);
  given.host->unregister(given.host, reg);
  CHECK(given.ctx.released == 1);
  CHECK(given.offer() == "passed");
}

TEST_CASE("a stanza that a hook was busy for comes again after resume") {
  Given given;
  xp_reg* reg = given.hook();
  given.ctx.verdict = [](const xp_stanza&) { return XP_BUSY; };
  CHECK(given.offer() == "waits");
  given.ctx.verdict = [](const xp_stanza&) { return XP_CONSUME; };
  given.host->resume(given.host, reg);
  given.link->run();
  CHECK(given.end() == "taken");
}

TEST_CASE("send_stanza hands on what the link says, and releases the watch that nobody keeps") {
  Given given;
  const xp_watch watch = given.ctx.watch();
  const std::string message = "<message from='rest.localhost' to='a@x'/>";
  CHECK(given.send(message, &watch) == XP_OK);
  CHECK(given.link->sent.size() == 1);
  CHECK(given.ctx.released == 1);

  given.link->verdict = XP_DENIED;
  CHECK(given.send(message, &watch) == XP_DENIED);
  CHECK(given.ctx.released == 2);

  CHECK(given.send("<message id='" + std::string(90, 'x') + "'/>", &watch) == XP_TOO_BIG);
  CHECK(given.ctx.released == 3);

  given.api->enter(HostApi::Stage::gone);
  CHECK(given.send(message, &watch) == XP_GONE);
  CHECK(given.ctx.released == 4);
  CHECK(given.ctx.writable == 0);
  CHECK(given.bugs().empty());
}

namespace {

xp_stanza parsed_message(std::string_view xml) {
  xp_stanza parsed{};
  parsed.size = sizeof parsed;
  parsed.kind = XP_MESSAGE;
  parsed.from = view("rest.localhost");
  parsed.to = view("a@x");
  parsed.xml = view(xml);
  return parsed;
}

}  // namespace

TEST_CASE("a stanza whose attributes are given is not read, and what the link says is handed on") {
  Given given;
  REQUIRE(given.host->send_parsed);
  const xp_watch watch = given.ctx.watch();
  const auto send = [&](const xp_stanza& parsed) {
    return given.host->send_parsed(given.host, &parsed, 0, &watch);
  };
  CHECK(send(parsed_message("<message from='rest.localhost' to='a@x'><body>")) == XP_OK);  // nobody looks
  CHECK(given.link->last.kind == xmpp::Kind::message);
  CHECK(given.link->last.from == "rest.localhost");
  CHECK(given.link->last.to == "a@x");
  CHECK(given.link->last.id.empty());
  CHECK(given.link->sent.size() == 1);
  CHECK(given.ctx.released == 1);

  given.link->verdict = XP_WOULD_BLOCK;
  CHECK(send(parsed_message("<message/>")) == XP_WOULD_BLOCK);
  CHECK(given.ctx.released == 1);
  std::exchange(given.link->waiting, nullptr)();
  CHECK(given.ctx.writable == 1);
  CHECK(given.ctx.released == 2);

  given.link->verdict = XP_OK;
  const std::string longest = "<message id='" + std::string(84, 'x') + "'/>";
  REQUIRE(longest.size() == 100);
  CHECK(send(parsed_message(longest)) == XP_OK);
  CHECK(send(parsed_message(longest + " ")) == XP_TOO_BIG);
  given.api->enter(HostApi::Stage::gone);
  CHECK(send(parsed_message("<message/>")) == XP_GONE);
  CHECK(given.ctx.released == 5);
  CHECK(given.bugs().empty());
}

TEST_CASE("a stanza whose kind is not that of its text is not sent, and each time a line names the plugin") {
  Given given;
  int lines = 0;
  const auto refused = [&](const xp_stanza& parsed) {
    const bool invalid = given.host->send_parsed(given.host, &parsed, 0, nullptr) == XP_INVALID;
    const std::string bugs = given.bugs();
    return invalid && std::count(bugs.begin(), bugs.end(), '\n') == ++lines;
  };
  for (const char* xml :
       {"", "<", "<message", "<messages/>", "<iq/>", " <message/>", "<message/> ", "text"}) {
    INFO(xml);
    CHECK(refused(parsed_message(xml)));
  }
  for (const uint32_t kind : {0U, 3U, 7U, 8U, 0xFFFFFFFFU}) {
    xp_stanza parsed = parsed_message("<message/>");
    parsed.kind = kind;
    CHECK(refused(parsed));
  }
  xp_stanza older = parsed_message("<message/>");
  older.size = offsetof(xp_stanza, xml);
  CHECK(refused(older));
  CHECK(given.link->sent.empty());
}

TEST_CASE("who had no room hears of it once, and the watch is released after that") {
  Given given;
  const xp_watch watch = given.ctx.watch();
  given.link->verdict = XP_WOULD_BLOCK;
  CHECK(given.send("<message from='rest.localhost' to='a@x'/>", &watch) == XP_WOULD_BLOCK);
  CHECK(given.ctx.released == 0);
  std::exchange(given.link->waiting, nullptr)();
  CHECK(given.ctx.writable == 1);
  CHECK(given.ctx.released == 1);
}

TEST_CASE("what is not one stanza is not sent, and each time a line names the plugin") {
  Given given;
  const char* none[] = {"",
                        "text",
                        "<message/><message/>",
                        "<message/> and more",
                        "<stream:stream xmlns:stream='http://etherx.jabber.org/streams'>",
                        "</stream:stream>",
                        "<stream:error xmlns:stream='http://etherx.jabber.org/streams'/>",
                        "<handshake/>",
                        "<message",
                        "<!DOCTYPE message><message/>"};
  const xp_watch watch = given.ctx.watch();
  int count = 0;
  for (const char* xml : none) {
    INFO(xml);
    CHECK(given.send(xml, &watch) == XP_INVALID);
    CHECK(given.ctx.released == ++count);
    const std::string bugs = given.bugs();
    CHECK(std::count(bugs.begin(), bugs.end(), '\n') == count);
  }
  CHECK(given.host->send_stanza(given.host, {nullptr, 0}, 0, nullptr) == XP_INVALID);
  CHECK(given.link->sent.empty());
  CHECK(given.bugs().find("demo@rest.localhost: send_stanza with what is not one stanza: ") == 0);
}

TEST_CASE("a watch hears once that the client has left, and is released") {
  Given given;
  given.route();
  auto client = std::make_unique<RawClient>(given.port);
  client->send(get("/rest"));
  const auto exchange = given.ctx.exchanges.next();
  REQUIRE(exchange);
  Ctx watching;
  const xp_watch watch = watching.watch();
  given.host->http_watch(given.host, *exchange, &watch);
  client.reset();
  CHECK(watching.events.next() == "gone");
  CHECK(watching.events.next() == "released");
  CHECK(given.respond(*exchange) == XP_GONE);
  CHECK(watching.gone == 1);
  CHECK(watching.released == 1);
  CHECK(given.bugs().empty());
}

TEST_CASE("a stream's watch hears of room, and is released with the stream's end") {
  Given given;
  given.route();
  RawClient client(given.port, 4096);
  client.send(get("/rest"));
  const auto exchange = given.ctx.exchanges.next();
  REQUIRE(exchange);
  Ctx watching;
  const xp_watch watch = watching.watch();
  given.host->http_watch(given.host, *exchange, &watch);
  REQUIRE(given.host->http_begin(given.host, *exchange, 200, nullptr, 0) == XP_OK);
  const std::string chunk(65536, 'x');
  xp_status status = XP_OK;
  for (int i = 0; i < 1000 && status == XP_OK; ++i) {
    status = given.host->http_write(given.host, *exchange, view(chunk));
  }
  REQUIRE(status == XP_WOULD_BLOCK);
  CHECK_FALSE(client.until(chunk).empty());
  while (watching.events.count() == 0 && !client.until(chunk).empty()) {
  }
  CHECK(watching.events.next() == "writable");
  CHECK(watching.released == 0);
  given.host->http_end(given.host, *exchange);
  CHECK(watching.released == 1);
  CHECK(watching.gone == 0);
}

TEST_CASE("a watch for an exchange that is over is released at once") {
  Given given;
  given.route();
  RawClient client(given.port);
  client.send(get("/rest"));
  const auto exchange = given.ctx.exchanges.next();
  REQUIRE(exchange);
  CHECK(given.respond(*exchange) == XP_OK);
  Ctx watching;
  const xp_watch watch = watching.watch();
  given.host->http_watch(given.host, *exchange, &watch);
  given.host->http_watch(given.host, nullptr, &watch);
  given.host->http_watch(given.host, *exchange, nullptr);
  CHECK(watching.released == 2);
  CHECK(watching.gone == 0);
  CHECK(given.bugs() ==
        "demo@rest.localhost: http_watch with an exchange that has ended already, or never was one\n"
        "demo@rest.localhost: http_watch with an exchange that has ended already, or never was one\n"
        "demo@rest.localhost: http_watch without a watch\n");
}

TEST_CASE("a password check brings its one verdict, and the library stays until then") {
  std::function<void(xp_status, std::string)> open;
  std::string asked;
  Given given([&](const std::string& name, const std::string& password, const auto& verdict) {
    asked = name + " " + password;
    open = verdict;
  });
  const auto* auth = static_cast<const xp_auth*>(given.host->get_extension(given.host, XP_EXT_AUTH));
  REQUIRE(auth);
  std::string heard;
  const auto verdict = [](void* ctx, xp_status status, xp_str bare) {
    *static_cast<std::string*>(ctx) += std::to_string(status) + " " + text(bare) + ";";
  };
  auth->check_password(given.host, view("alice"), view("wonder"), verdict, &heard);
  CHECK(asked == "alice wonder");
  CHECK(heard.empty());
  CHECK_FALSE(given.api->wait_for_release(0ms));
  open(XP_OK, "alice@localhost");
  open = nullptr;
  CHECK(heard == "0 alice@localhost;");
  CHECK(given.api->wait_for_release(0ms));
}

TEST_CASE("a token's check brings its one verdict, with a principal where the token is good") {
  std::function<void(xp_status, const HostApi::Principal&)> open;
  std::string asked;
  Given given(nullptr, [&](const std::string& token, const auto& verdict) {
    asked = token;
    open = verdict;
  });
  CHECK(given.host->get_extension(given.host, XP_EXT_AUTH) == nullptr);
  const auto* service =
      static_cast<const xp_principals*>(given.host->get_extension(given.host, XP_EXT_PRINCIPAL));
  REQUIRE(service);
  CHECK(service->size == sizeof(xp_principals));
  std::string heard;
  const auto verdict = [](void* ctx, xp_status status, const xp_principal* principal) {
    std::string& to = *static_cast<std::string*>(ctx);
    to += std::to_string(status);
    if (principal)
      to += " " + text(principal->bare_jid) + " " + std::to_string(principal->rights) + " " +
            text(principal->scopes);
    to += ";";
  };
  const auto ask = [&] { service->check_bearer(given.host, view("t0ken"), verdict, &heard); };
  ask();
  CHECK(asked == "t0ken");
  CHECK(heard.empty());
  CHECK_FALSE(given.api->wait_for_release(0ms));
  const auto twice = std::exchange(open, nullptr);
  twice(XP_OK, {"alice@localhost", "openid xmpp"});
  twice(XP_DENIED, {});
  CHECK(heard == "0 alice@localhost 1 openid xmpp;");

  ask();
  std::exchange(open, nullptr)(XP_OK, {"alice@localhost", "", XP_ADMIN});
  CHECK(heard == "0 alice@localhost 1 openid xmpp;0 alice@localhost 4 absent;");
  heard.clear();
  ask();
  std::exchange(open, nullptr)(XP_DENIED, {"alice@localhost", ""});
  CHECK(heard == std::to_string(XP_DENIED) + ";");
  heard.clear();
  ask();
  open = nullptr;  // the server forgets it
  CHECK(heard == std::to_string(XP_INTERNAL) + ";");
}

TEST_CASE("without tokens there is no check of them") {
  const Given given;
  CHECK(given.host->get_extension(given.host, XP_EXT_PRINCIPAL) == nullptr);
}
