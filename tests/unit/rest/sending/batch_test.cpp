// SPDX-License-Identifier: MIT
// Batches: a line for each stanza, in each of the ways in which it may end.
#include "support/catch.h"
#include "unit/rest/sending/batch_world.h"

using namespace restanza;
using namespace restanza::rest;
using namespace std::chrono_literals;

TEST_CASE("a batch that came whole is sent in order, and each stanza has its line") {
  RestWorld world;
  const auto answer = world.ask(batch(message_line("a") + "\n{\n" + message_line("b", "no address@@") +
                                      R"({"to": "bob@localhost", "foo": 1, "id": "c", "body": "Hi"})"));
  CHECK(answer->status() == 200);
  CHECK(answer->header("Content-Type") == "application/x-ndjson");
  CHECK(told(*answer) == Texts{"1 202", "2 400", "3 422", "4 202"});
  const std::string body = answer->body();
  CHECK(split(body, '\n')[0] == R"({"number":1,"status":202,"id":"a"})");
  CHECK(split(body, '\n')[3] == R"({"number":4,"status":202,"id":"c","unmapped":["foo"]})");
  CHECK(
      answer->body().find(R"("error":{"condition":"improper-addressing","source":"restanza","text":"Inv)") !=
      std::string::npos);
  CHECK(sent_ids(world.sink) == Texts{"a", "c"});
  CHECK(answer->answers == 1);
}

TEST_CASE("an empty batch is answered with no line") {
  RestWorld world;
  const auto answer = world.ask(batch("\n"));
  CHECK(answer->status() == 200);
  CHECK(answer->body().empty());
  CHECK(answer->answers == 1);
}

TEST_CASE("what comes in pieces is sent and answered as it comes") {
  RestWorld world;
  const auto answer = world.ask(streamed());
  const std::string first = message_line("a");
  answer->give(http::Body::piece, first.substr(0, 10));
  CHECK(world.sink.sent().empty());
  answer->give(http::Body::piece, first.substr(10) + message_line("b") + "{");
  CHECK(told(*answer) == Texts{"1 202", "2 202"});
  CHECK(answer->answers == 0);
  answer->give(http::Body::whole);
  CHECK(told(*answer) == Texts{"1 202", "2 202", "3 400"});
  CHECK(answer->answers == 1);
  CHECK_FALSE(answer->broken_off);
}

TEST_CASE("a body that does not end says where it was given up") {
  const std::pair<http::Body, const char*> ends[] = {{http::Body::too_large, "2 413 ended"},
                                                     {http::Body::malformed, "2 400 ended"},
                                                     {http::Body::gone, "2 408 ended"}};
  for (const auto& [how, line] : ends) {
    CAPTURE(line);
    RestWorld world;
    const auto answer = world.ask(streamed());
    answer->give(http::Body::piece, message_line("a"));
    answer->give(how);
    CHECK(told(*answer) == Texts{"1 202", line});
    CHECK(answer->answers == 1);
  }
}

TEST_CASE("the line of an iq is its answer, and comes when that does") {
  RestWorld world;
  const auto answer = world.ask(batch(ping_line("p") + message_line("a") + ping_line("p")));
  CHECK(told(*answer) == Texts{"2 202", "3 409"});  // the same id twice
  CHECK(answer->answers == 0);
  CHECK(world.arrive("<iq type='result' id='p' from='bob@localhost/r' to='rest.localhost'/>"));
  CHECK(told(*answer) == Texts{"2 202", "3 409", "1 200"});
  CHECK(answer->body().find(R"({"number":1,"status":200,"id":"p","stanza":{"from":"bob@localhost/r")") !=
        std::string::npos);
  CHECK(
      answer->body().find(R"("status":409,"id":"p","error":{"condition":"conflict","source":"restanza",)") !=
      std::string::npos);
  CHECK(answer->answers == 1);
}

TEST_CASE("an iq that is not answered has its line too, by the timeout of the batch") {
  RestWorld world;
  auto request = batch(ping_line("p"));
  request.headers.emplace_back("Restanza-Timeout", "3");
  const auto answer = world.ask(request);
  world.pass(2999ms);
  CHECK(answer->answers == 0);
  world.pass(1ms);
  CHECK(told(*answer) == Texts{"1 504"});
  CHECK(answer->answers == 1);
}

TEST_CASE("a client that leaves ends the batch and what waits of it") {
  RestWorld world;
  const auto answer = world.ask(streamed());
  answer->give(http::Body::piece, ping_line("p"));
  CHECK(world.replies.size() == 1);
  answer->leave();
  CHECK(world.replies.size() == 0);
  CHECK(answer->answers == 1);
  CHECK_FALSE(world.arrive("<iq type='result' id='p' from='bob@localhost/r' to='rest.localhost'/>"));
}

TEST_CASE("each stanza has the rights of its sender") {
  Credentials::Settings settings = credential_settings();
  settings.tokens = {token()};
  settings.tokens[0].to = {"bob@localhost"};
  settings.tokens[0].kinds = static_cast<uint32_t>(xmpp::Kind::message);
  RestWorld world(settings);
  const auto answer =
      world.ask(batch(message_line("a") + message_line("b", "eve@localhost") + ping_line("p") +
                          R"({"from": "x@elsewhere", "to": "bob@localhost", "body": "Hi"})",
                      "Bearer t0ken"));
  CHECK(told(*answer) == Texts{"1 202", "2 403", "3 403", "4 403"});
  CHECK(sent_ids(world.sink) == Texts{"a"});
}

TEST_CASE("all or nothing: the first wrong stanza is named, and none is sent") {
  for (const bool follows : {false, true}) {
    CAPTURE(follows);
    RestWorld world;
    const auto ask = [&](const std::string& body) {
      auto request = follows ? streamed() : batch(body);
      request.query = "atomic=true";
      const auto answer = world.ask(request);
      if (follows) answer->give(http::Body::piece, body);
      if (follows) answer->give(http::Body::whole);
      return answer;
    };
    const auto wrong = ask(message_line("a") + message_line("b", "a@b@c") + "{");
    CHECK(wrong->status() == 422);
    CHECK(wrong->body().find("Stanza 2 is wrong, and none is sent: Invalid destination JID") !=
          std::string::npos);
    CHECK(world.sink.sent().empty());
    CHECK(told(*ask(message_line("a") + message_line("b"))) == Texts{"1 202", "2 202"});
    CHECK(sent_ids(world.sink) == Texts{"a", "b"});
  }
  RestWorld world;
  auto request = batch(message_line("a"));
  request.query = "atomic=yes";
  CHECK(world.ask(request)->status() == 400);
}

TEST_CASE("with a key a batch is sent once, and answered as often as it is asked for") {
  RestWorld world;
  const auto ask = [&](const std::string& body) {
    auto request = batch(body);
    request.headers.emplace_back("Idempotency-Key", "k");
    return world.ask_and_settle(request);
  };
  const auto first = ask(message_line("a") + "{");
  CHECK(told(*first) == Texts{"1 202", "2 400"});
  const auto again = ask(message_line("a") + "{");
  CHECK(again->body() == first->body());
  CHECK(again->header("Idempotency-Replayed") == "true");
  CHECK(ask(message_line("b"))->status() == 422);
  CHECK(sent_ids(world.sink) == Texts{"a"});
}

TEST_CASE("with a key a batch goes on when its client leaves") {
  RestWorld world;
  auto request = batch(ping_line("p") + message_line("a"));
  request.headers.emplace_back("Idempotency-Key", "k");
  const auto answer = world.ask_and_settle(request);
  answer->leave();
  CHECK(world.arrive("<iq type='result' id='p' from='bob@localhost/r' to='rest.localhost'/>"));
  world.settle();
  CHECK(told(*world.ask_and_settle(request)) == Texts{"2 202", "1 200"});
}

TEST_CASE(
    "stanzas in XML, too: under a media type of their own, and under that of stanzas where it came whole") {
  const std::string body =
      "<xmpp xmlns='urn:restanza:batch:0'>"
      "<message to='bob@localhost' id='a'><body>Hi</body></message>"
      "<message to='bob@localhost' id='b'/></xmpp>";
  for (const char* type : {"application/xml", "Application/XML; charset=utf-8", "application/xmpp+xml"}) {
    CAPTURE(type);
    RestWorld world;
    auto request = post(body);
    request.headers[0].second = type;
    CHECK(told(*world.ask(request)) == Texts{"1 202", "2 202"});
    CHECK(sent_ids(world.sink) == Texts{"a", "b"});
    request.body = "<xmpp>" + body + "</xmpp>";
    CHECK(world.ask(request)->status() == 422);  // the answer itself, as no stanza came before
    request.query = "atomic=true";
    CHECK(world.ask(request)->status() == 422);
  }
}

TEST_CASE("only what is posted where stanzas are is a batch") {
  RestWorld world;
  auto request = batch(message_line("a"));
  request.path = "/message/chat/bob@localhost";
  CHECK(world.ask(request)->status() == 415);
  request.path = "/echo";
  CHECK(world.ask(request)->status() == 415);
  CHECK(longest_batch("POST", "", "application/x-ndjson; charset=utf-8") > 0);
  CHECK(longest_batch("POST", "", "application/xml") > 0);
  CHECK(longest_batch("POST", "", "application/json") == 0);
  CHECK(longest_batch("POST", "", "application/xmpp+xml") == 0);
  CHECK(longest_batch("POST", "/echo", "application/x-ndjson") == 0);
  CHECK(longest_batch("GET", "", "application/x-ndjson") == 0);
}
