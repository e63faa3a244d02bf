// SPDX-License-Identifier: MIT
#include "rest/resources/stanzas.h"

#include "support/catch.h"
#include "unit/rest/rest_world.h"

using namespace restanza;
using namespace restanza::rest;

namespace {

http::Request with_header(http::Request request, const std::string& name, const std::string& value) {
  for (auto& header : request.headers) {
    if (header.first == name) {
      header.second = value;
      return request;
    }
  }
  request.headers.emplace_back(name, value);
  return request;
}

}  // namespace

TEST_CASE("a message and a presence are sent and accepted with their id") {
  RestWorld world;
  const auto message = world.ask(post(kMessage));
  CHECK(message->status() == 202);
  CHECK(message->body().empty());
  CHECK(message->header("Stanza-Id") == "1");
  CHECK(world.last_sent() ==
        "<message from='rest.localhost' to='bob@localhost' id='1'><body>Hi</body></message>");
  const auto presence = world.ask(post("<presence to='bob@localhost'/>"));
  CHECK(presence->status() == 202);
  CHECK(presence->header("Stanza-Id") == world.sink.sent().back().id);
  CHECK(presence->header("Stanza-Id")->size() == 24);
}

TEST_CASE("an id that no header can hold is sent, and not told") {
  RestWorld world;
  const auto answer = world.ask(post("<message id='a&#13;&#10;X: y' to='bob@localhost'/>"));
  CHECK(answer->status() == 202);
  CHECK_FALSE(answer->header("Stanza-Id"));
  CHECK(world.sink.sent().back().id == "a\r\nX: y");
}

TEST_CASE("an id is told up to 1,023 bytes, which every client reads in a header, and a longer one is sent") {
  RestWorld world;
  const auto with_id = [](size_t bytes) {
    return post("<message to='bob@localhost' id='" + std::string(bytes, 'x') + "'/>");
  };
  CHECK(world.ask(with_id(1023))->header("Stanza-Id") == std::string(1023, 'x'));
  const auto longer = world.ask(with_id(1024));
  CHECK(longer->status() == 202);
  CHECK_FALSE(longer->header("Stanza-Id"));
  CHECK(world.sink.sent().back().id.size() == 1024);
}

TEST_CASE("echo answers with the addressed stanza and sends nothing") {
  RestWorld world;
  auto request =
      post("<message id='1' to='BOB@localhost' x='y'><body>Hi</body></message>", as_component(), "/echo");
  const auto answer = world.ask(request);
  CHECK(answer->status() == 200);
  CHECK(answer->header("Content-Type") == "application/xmpp+xml");
  CHECK(answer->body() ==
        "<message from='rest.localhost' to='bob@localhost' id='1'><body>Hi</body></message>");
  CHECK(world.ask(post("<message id='1'/>", as_component(), "/echo"))->body() ==
        "<message from='rest.localhost' id='1'/>");
  CHECK(world.ask(post("<iq id='1'/>", as_component(), "/echo"))->status() == 200);
  CHECK(world.ask(post("<message from='@@'/>", as_component(), "/echo"))->status() == 422);
  CHECK(world.sink.sent().empty());
}

TEST_CASE("the media type decides, whatever its case and parameters") {
  RestWorld world;
  for (const char* type : {"application/xmpp+xml", "Application/XMPP+XML; charset=utf-8"}) {
    CAPTURE(type);
    CHECK(world.ask(with_header(post(kMessage), "Content-Type", type))->status() == 202);
  }
  for (const char* type : {"", "foo/bar", "application/xml", "application/xmpp", "application/xmpp+xmlx"}) {
    CAPTURE(type);
    const auto answer = world.ask(with_header(post(kMessage), "Content-Type", type));
    CHECK(answer->status() == 415);
    CHECK(condition(*answer) == "bad-format");
  }
}

TEST_CASE("who is not let in learns nothing about the body") {
  RestWorld world;
  auto request = post("<broken", "");
  request.headers[0].second = "foo/bar";
  request.body_too_large = true;
  CHECK(world.ask(request)->status() == 401);
}

TEST_CASE("a body over the limit is 413") {
  RestWorld world;
  auto request = post("");
  request.body_too_large = true;
  const auto answer = world.ask(request);
  CHECK(answer->status() == 413);
  CHECK(condition(*answer) == "resource-constraint");
}

TEST_CASE("what the host does not take is refused in its words") {
  RestWorld world;
  const auto status_of = [&](xmpp::Sent verdict, const char* body) {
    world.sink.say(verdict);
    return world.ask(post(body));
  };
  for (const char* body : {kMessage, "<iq id='1' type='get' to='bob@localhost'><a xmlns='u'/></iq>"}) {
    CAPTURE(body);
    const auto full = status_of(xmpp::Sent::would_block, body);
    CHECK(full->status() == 503);
    CHECK(full->header("Retry-After") == "5");
    CHECK(status_of(xmpp::Sent::too_big, body)->status() == 413);
    CHECK(status_of(xmpp::Sent::denied, body)->status() == 403);
    CHECK(status_of(xmpp::Sent::invalid, body)->status() == 422);
  }
  CHECK(world.replies.size() == 0);
  CHECK(world.sink.waiting() == 0);
}

TEST_CASE("a caller without the right is 403 and sends nothing") {
  auto settings = credential_settings();
  settings.tokens = {token()};
  settings.tokens[0].from = {"bot@rest.localhost"};
  settings.tokens[0].to = {"bob@localhost"};
  settings.tokens[0].kinds = static_cast<uint32_t>(xmpp::Kind::message);
  RestWorld world(settings);
  CHECK(world.ask(post(kMessage, "Bearer t0ken"))->status() == 202);
  CHECK(world.sink.sent().back().from == "bot@rest.localhost");
  for (const char* body : {"<message to='eve@localhost'/>", "<presence to='bob@localhost'/>",
                           "<iq type='get' to='bob@localhost'><a xmlns='u'/></iq>"}) {
    CAPTURE(body);
    const auto answer = world.ask(post(body, "Bearer t0ken"));
    CHECK(answer->status() == 403);
    CHECK(condition(*answer) == "forbidden");
  }
  CHECK(condition(*world.ask(post("<message from='rest.localhost' to='bob@localhost'/>", "Bearer t0ken"))) ==
        "not-authorized");
  CHECK(world.sink.sent().size() == 1);
}

TEST_CASE("a verdict that comes later sends the stanza then") {
  RestWorld world;
  world.accounts.later = true;
  const auto answer = world.ask(post(kMessage, basic("alice", "wonder:land")));
  CHECK(answer->status() == 0);
  CHECK(world.sink.sent().empty());
  world.accounts.held[0](Accounts::Verdict::ok, "alice@localhost");
  CHECK(answer->status() == 202);
  CHECK(world.sink.sent().back().from == "alice@localhost");
}
