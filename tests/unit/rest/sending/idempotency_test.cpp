// SPDX-License-Identifier: MIT
#include "rest/sending/idempotency.h"

#include "support/catch.h"
#include "support/directory.h"
#include "unit/rest/rest_world.h"

using namespace restanza;
using namespace restanza::rest;
using namespace std::chrono_literals;

namespace {

constexpr const char* kOther = "<message id='2' to='bob@localhost'><body>Ho</body></message>";
constexpr const char* kSet =
    "<iq type='set' id='1' to='bob@localhost/r'><query xmlns='jabber:iq:private'/></iq>";
constexpr const char* kPong = "<iq type='result' id='1' from='bob@localhost/r' to='rest.localhost'/>";

http::Request keyed(const std::string& body, const std::string& key = "k1",
                    const std::string& authorization = as_component(), const std::string& path = "") {
  http::Request request = post(body, authorization, path);
  request.headers.emplace_back("Idempotency-Key", key);
  return request;
}

}  // namespace

TEST_CASE("the same request with the same key gets the first answer, and nothing is sent twice") {
  RestWorld world;
  const auto first = world.ask_and_settle(keyed(kMessage));
  CHECK(first->status() == 202);
  CHECK(first->header("Stanza-Id") == "1");
  CHECK_FALSE(first->header("Idempotency-Replayed"));
  const auto again = world.ask_and_settle(keyed(kMessage));
  CHECK(again->status() == 202);
  CHECK(again->header("Stanza-Id") == "1");
  CHECK(again->header("Idempotency-Replayed") == "true");
  CHECK(again->header("Vary") == "Origin");  // as on every answer
  CHECK(world.sink.sent().size() == 1);
}

TEST_CASE("without a key, and for what is only echoed, every request counts") {
  RestWorld world;
  world.ask(post(kMessage));
  world.ask(post(kMessage));
  CHECK(world.sink.sent().size() == 2);
  for (int i = 0; i < 2; ++i) {
    const auto echo = world.ask(keyed(kMessage, "k1", as_component(), "/echo"));
    CHECK(echo->status() == 200);
    CHECK_FALSE(echo->header("Idempotency-Replayed"));
  }
}

TEST_CASE("a key stands for one body and one type") {
  RestWorld world;
  world.ask_and_settle(keyed(kMessage));
  const auto other = world.ask_and_settle(keyed(kOther));
  CHECK(other->status() == 422);
  CHECK(condition(*other) == "bad-format");
  auto json = keyed(kMessage);
  json.headers[0].second = "application/json";
  CHECK(world.ask_and_settle(json)->status() == 422);
  auto same = keyed(kMessage);
  same.headers[0].second = "APPLICATION/xmpp+xml; charset=utf-8";
  CHECK(world.ask_and_settle(same)->status() == 202);
  CHECK(world.sink.sent().size() == 1);
}

TEST_CASE("a key belongs to its credential and its path") {
  auto settings = credential_settings();
  settings.tokens = {token()};
  RestWorld world(settings);
  world.ask_and_settle(keyed(kMessage));
  const char* alices = "<message id='1' to='bob@localhost' from='alice@localhost'><body>Hi</body></message>";
  CHECK(world.ask_and_settle(keyed(alices, "k1", basic("alice", "wonder:land")))->status() == 202);
  CHECK(world.ask_and_settle(keyed(kMessage, "k1", "Bearer t0ken"))->status() == 202);
  CHECK(world.ask_and_settle(keyed(kMessage, "k1", as_component(), "/"))->status() == 202);
  auto query = keyed(kMessage);
  query.query = "x=y";
  CHECK(world.ask_and_settle(query)->status() == 202);
  CHECK(world.sink.sent().size() == 5);
}

TEST_CASE("anonymous callers, whom nothing tells apart, can have no keys, and hear what to do instead") {
  auto settings = credential_settings();
  settings.anonymous = true;
  RestWorld world(settings);
  const auto refused = world.ask_and_settle(keyed(kMessage, "k1", ""));
  CHECK(refused->status() == 403);
  CHECK(condition(*refused) == "forbidden");
  CHECK_THAT(refused->body(), Contains("send credentials, or leave the header out"));
  CHECK(world.sink.sent().empty());
  CHECK(world.ask(post(kMessage, ""))->status() == 202);
  CHECK(world.ask_and_settle(keyed(kMessage))->status() == 202);
  CHECK(world.ask_and_settle(keyed(kMessage))->header("Idempotency-Replayed") == "true");
  CHECK(world.sink.sent().size() == 2);
}

TEST_CASE("who is not let in claims no key") {
  RestWorld world;
  CHECK(world.ask_and_settle(keyed(kMessage, "k1", ""))->status() == 401);
  CHECK(world.ask_and_settle(keyed(kMessage))->status() == 202);
}

TEST_CASE("while the first request runs, the second is told so; afterwards it gets the answer") {
  RestWorld world;
  const auto first = world.ask_and_settle(keyed(kPing));
  CHECK(first->status() == 0);
  const auto second = world.ask_and_settle(keyed(kPing));
  CHECK(second->status() == 409);
  CHECK(condition(*second) == "conflict");
  CHECK(second->body().find("still running") != std::string::npos);
  CHECK(world.arrive(kPong));
  world.settle();
  CHECK(first->status() == 200);
  const auto third = world.ask_and_settle(keyed(kPing));
  CHECK(third->status() == 200);
  CHECK(third->body() == first->body());
  CHECK(third->header("Content-Type") == first->header("Content-Type"));
  CHECK(world.sink.sent().size() == 1);
}

TEST_CASE("a client that leaves does not cancel an iq that has a key") {
  RestWorld world;
  const auto first = world.ask_and_settle(keyed(kPing));
  first->leave();
  CHECK(world.replies.size() == 1);
  CHECK(world.arrive(kPong));
  world.settle();
  CHECK(world.ask_and_settle(keyed(kPing))->status() == 200);
  CHECK(world.sink.sent().size() == 1);
}

TEST_CASE("a refusal for good is remembered, one for the moment is not") {
  RestWorld world;
  const std::string wrong = "<wibble/>";
  CHECK(world.ask_and_settle(keyed(wrong))->status() == 422);
  CHECK(world.ask_and_settle(keyed(wrong))->header("Idempotency-Replayed") == "true");

  world.sink.say(xmpp::Sent::would_block);
  CHECK(world.ask_and_settle(keyed(kMessage, "k2"))->status() == 503);
  world.sink.say(xmpp::Sent::ok);
  const auto again = world.ask_and_settle(keyed(kMessage, "k2"));
  CHECK(again->status() == 202);
  CHECK_FALSE(again->header("Idempotency-Replayed"));

  const auto expired = world.ask_and_settle(keyed(kPing, "k3"));
  world.pass(120s);
  world.settle();
  CHECK(expired->status() == 504);
  CHECK(world.ask_and_settle(keyed(kPing, "k3"))->status() == 0);
}

TEST_CASE("a key is 1 to 255 visible characters, or a quoted string of them") {
  CHECK(idempotency_key("a") == "a");
  CHECK(idempotency_key("8e03978e-40d5-43dd-bc93-6894a57f9324") == "8e03978e-40d5-43dd-bc93-6894a57f9324");
  CHECK(idempotency_key(" \"a\" ") == "a");
  CHECK(idempotency_key(R"("a \"b\" \\ c")") == R"(a "b" \ c)");
  CHECK(idempotency_key(R"(a"b)") == R"(a"b)");
  CHECK(idempotency_key(std::string(255, 'k')) == std::string(255, 'k'));
  CHECK(idempotency_key('"' + std::string(255, 'k') + '"') == std::string(255, 'k'));
  for (const std::string& wrong :
       {std::string(), std::string("  "), std::string(256, 'k'), '"' + std::string(256, 'k') + '"',
        std::string("\"\""), std::string("\""), std::string("\"a"), std::string("a b"), std::string("a\tb"),
        std::string("\"a\"b\""), std::string(R"("a\")"), std::string(R"("a\b")"), std::string("\"a\";x=1"),
        std::string("\xC3\xA4"), std::string("a\x7F")}) {
    CAPTURE(wrong);
    CHECK_FALSE(idempotency_key(wrong));
  }
  RestWorld world;
  const auto answer = world.ask(keyed(kMessage, std::string(256, 'k')));
  CHECK(answer->status() == 400);
  CHECK(condition(*answer) == "bad-format");
  CHECK(world.ask_and_settle(keyed(kMessage, std::string(255, 'k')))->status() == 202);
}

TEST_CASE("a body that was too large to be read claims no key") {
  RestWorld world;
  auto request = keyed("");
  request.body_too_large = true;
  CHECK(world.ask(request)->status() == 413);
  CHECK(world.ask_and_settle(keyed(kMessage))->status() == 202);
}

TEST_CASE("a key is forgotten after a day") {
  RestWorld world;
  world.ask_and_settle(keyed(kMessage));
  world.pass(24h);
  CHECK(world.ask_and_settle(keyed(kMessage))->header("Idempotency-Replayed") == "true");
  world.pass(1ms);
  CHECK_FALSE(world.ask_and_settle(keyed(kMessage))->header("Idempotency-Replayed"));
  CHECK(world.sink.sent().size() == 2);
}

TEST_CASE(
    "where too many keys of a credential are remembered a new one is refused for now, until old ones go") {
  auto settings = credential_settings();
  settings.tokens = {token()};
  RestWorld world(settings);
  world.ask_and_settle(keyed(kMessage));
  world.pass(1h);
  for (size_t i = 1; i < journal::kMaxKeys; ++i) {
    world.journal.claim_key(std::to_string(i), "f", "component", [](const Result<journal::Claim>& claim) {
      CHECK((claim && claim->kind == journal::Claim::Kind::ours));
    });
    if (i % (journal::Journal::kMaxWork / 2) == 0) world.settle();
  }
  const auto refused = world.ask_and_settle(keyed(kMessage, "k2"));
  CHECK(refused->status() == 503);
  CHECK(refused->header("Retry-After") == "5");
  CHECK(world.ask_and_settle(keyed(kMessage))->header("Idempotency-Replayed") == "true");
  CHECK(world.sink.sent().size() == 1);
  CHECK(world.ask_and_settle(keyed(kMessage, "k2", "Bearer t0ken"))->status() == 202);  // it has its own

  world.pass(23h + 1ms);
  world.resources.idempotency.forget_old_keys();
  CHECK(world.ask_and_settle(keyed(kMessage, "k2"))->status() == 202);
}

TEST_CASE("where a credential's answers take up too much the oldest is dropped, and nothing is sent twice") {
  Around around;
  around.keys = {50000, 1000000};
  RestWorld world(credential_settings(), 2, around);
  const std::string large =
      "<iq type='result' id='1' from='bob@localhost/r' to='rest.localhost'><x xmlns='x'>" +
      std::string(20000, 'x') + "</x></iq>";
  for (const std::string key : {"k1", "k2"}) {
    const auto answer = world.ask_and_settle(keyed(kPing, key));
    CHECK(world.arrive(large));
    world.settle();
    CHECK(answer->status() == 200);
  }
  const auto dropped = world.ask_and_settle(keyed(kPing, "k1"));
  CHECK(dropped->status() == 409);
  CHECK(condition(*dropped) == "conflict");
  CHECK_THAT(dropped->body(), Contains("was answered 200, and no more of its answer is kept"));
  CHECK(world.ask_and_settle(keyed(kPing, "k2"))->header("Idempotency-Replayed") == "true");
  CHECK(world.sink.sent().size() == 2);
}

TEST_CASE("a journal that cannot be written refuses those with a key, and nothing is sent") {
  RestWorld world;
  world.journal.stop();
  const auto answer = world.ask(keyed(kMessage));
  CHECK(answer->status() == 503);
  CHECK(answer->header("Retry-After") == "5");
  CHECK(world.sink.sent().empty());
  CHECK(world.ask(post(kMessage))->status() == 202);
}

TEST_CASE("an answer that cannot be kept is given all the same, and the log says so") {
  RestWorld world;
  const auto answer = world.ask_and_settle(keyed(kPing));
  world.journal.stop();
  CHECK(world.arrive(kPong));
  CHECK(answer->status() == 200);
  CHECK(world.log.of(Level::error).find("is not kept") != std::string::npos);
}

TEST_CASE("answers outlast a restart, and what a crash cut off is not done again") {
  const Directory directory;
  {
    RestWorld world(credential_settings(), 2, {{}, directory.path()});
    world.ask_and_settle(keyed(kMessage));
    CHECK(world.ask_and_settle(keyed(kPing, "k2"))->status() == 0);
    world.journal.stop();  // as if it had been killed: what follows is not written
  }
  RestWorld world(credential_settings(), 2, {{}, directory.path()});
  CHECK(world.ask_and_settle(keyed(kMessage))->header("Idempotency-Replayed") == "true");
  const auto lost = world.ask_and_settle(keyed(kPing, "k2"));
  CHECK(lost->status() == 409);
  CHECK(lost->body().find("outcome is unknown") != std::string::npos);
  CHECK(world.sink.sent().empty());
}

TEST_CASE("a drain ends what has a key, and the key is free for the next try") {
  RestWorld world;
  const auto waiting = world.ask_and_settle(keyed(kPing));
  // Its key is claimed before the drain or after it; its iq is another one, or it would be refused for that.
  const auto claiming =
      world.ask(keyed("<iq type='get' id='2' to='bob@localhost/r'><ping xmlns='urn:xmpp:ping'/></iq>", "k2"));
  world.replies.drain();
  world.settle();
  CHECK(waiting->status() == 503);
  CHECK(claiming->status() == 503);
  CHECK(waiting->answers == 1);
  CHECK(claiming->answers == 1);
}

TEST_CASE("a set that has left and ended without its answer is not sent again, also after a restart") {
  const Directory directory;
  {
    RestWorld world(credential_settings(), 4, {{}, directory.path()});
    const auto expired = world.ask_and_settle(keyed(kSet));
    world.pass(120s);
    world.settle();
    CHECK(expired->status() == 504);
    const auto again = world.ask_and_settle(keyed(kSet));
    CHECK(again->status() == 409);
    CHECK_THAT(again->body(), Contains("outcome is unknown"));
    CHECK(world.ask_and_settle(keyed(kMessage))->status() == 422);  // the key still stands for the first

    const auto drained = world.ask_and_settle(keyed(kSet, "k2"));
    world.replies.drain();
    world.settle();
    CHECK(drained->status() == 503);
    CHECK(world.ask_and_settle(keyed(kSet, "k2"))->status() == 409);
    CHECK(world.sink.sent().size() == 2);
  }
  RestWorld world(credential_settings(), 4, {{}, directory.path()});
  CHECK(world.ask_and_settle(keyed(kSet))->status() == 409);
  CHECK(world.ask_and_settle(keyed(kSet, "k2"))->status() == 409);
  CHECK(world.sink.sent().empty());
}

TEST_CASE("a set whose answer cannot be given in the format asked for is not sent again") {
  RestWorld world;
  auto request = keyed(kSet);
  request.headers[1].second = "application/json";
  const auto first = world.ask_and_settle(request);
  auto unreadable = *xmpp::parse_stanza(kPong);
  unreadable.xml = "<iq>";
  CHECK(world.replies.answer(unreadable));
  world.settle();
  CHECK(first->status() == 502);
  CHECK(world.ask_and_settle(request)->status() == 409);
  CHECK(world.sink.sent().size() == 1);
}

TEST_CASE("a set that has not left leaves its key free") {
  RestWorld world(credential_settings(), 1);
  const auto in_the_way = world.ask(post(kPing));
  CHECK(world.ask_and_settle(keyed("<iq type='set' id='2' to='x'><q/></iq>", "k2"))->status() == 503);
  in_the_way->leave();
  world.sink.say(xmpp::Sent::would_block);
  CHECK(world.ask_and_settle(keyed("<iq type='set' id='2' to='x'><q/></iq>", "k2"))->status() == 503);
  world.sink.say(xmpp::Sent::ok);
  CHECK(world.ask_and_settle(keyed("<iq type='set' id='2' to='x'><q/></iq>", "k2"))->status() == 0);
  CHECK(world.sink.sent().size() == 2);
}

TEST_CASE("what a host that is shutting down has not taken is refused for the moment, and its key is free") {
  RestWorld world;
  for (const char* body : {kMessage, kSet}) {
    CAPTURE(body);
    world.sink.say(xmpp::Sent::gone);
    const auto refused = world.ask_and_settle(keyed(body, body == kSet ? "k1" : "k2"));
    CHECK(refused->status() == 503);
    CHECK(refused->header("Retry-After") == "5");
    world.sink.say(xmpp::Sent::ok);
    const auto again = world.ask_and_settle(keyed(body, body == kSet ? "k1" : "k2"));
    CHECK(again->status() == (body == kSet ? 0 : 202));
  }
  CHECK(world.sink.sent().size() == 2);
}
