// SPDX-License-Identifier: MIT
// What stops the reading of a batch, and what ends it: each at its limit and one past it.
#include "rest/sending/batch/batches.h"
#include "support/catch.h"
#include "unit/rest/sending/batch_world.h"

using namespace restanza;
using namespace restanza::rest;
using namespace std::chrono_literals;

namespace {

std::string many(const std::string& line, size_t count) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += line;
  return all;
}

Credentials::Settings token_until(std::optional<WallTime> expires) {
  auto settings = credential_settings();
  settings.tokens.push_back(token());
  settings.tokens.back().expires = expires;
  return settings;
}

}  // namespace

TEST_CASE("where there is no room for a stanza the batch waits, and goes on with the same one") {
  RestWorld world;
  const auto answer = world.ask(streamed());
  world.sink.say(xmpp::Sent::would_block);
  answer->give(http::Body::piece, message_line("a") + message_line("b"));
  CHECK(answer->body().empty());
  CHECK_FALSE(answer->wanted);  // nothing more is read
  CHECK(world.sink.waiting() == 1);
  world.sink.say(xmpp::Sent::ok);
  world.sink.writable();
  CHECK(told(*answer) == Texts{"1 202", "2 202"});
  CHECK(sent_ids(world.sink) == Texts{"a", "b"});
  CHECK(answer->wanted);
  answer->give(http::Body::whole);
  CHECK(answer->answers == 1);
}

TEST_CASE("where there is none for 30 s the stanza is refused, and those behind it until there is some") {
  RestWorld world;
  const auto answer = world.ask(streamed());
  world.sink.say(xmpp::Sent::would_block);
  answer->give(http::Body::piece, message_line("a") + message_line("b"));
  world.pass(29999ms);
  CHECK(answer->body().empty());
  world.pass(1ms);
  CHECK(told(*answer) == Texts{"1 503", "2 503"});
  world.sink.say(xmpp::Sent::ok);
  answer->give(http::Body::piece, message_line("c"));
  CHECK(told(*answer).back() == "3 202");
  world.sink.say(xmpp::Sent::would_block);  // and from then on it waits again
  answer->give(http::Body::piece, message_line("d"));
  CHECK(told(*answer).back() == "3 202");
  world.sink.writable();  // what was waited for before means nothing to it
  answer->leave();
  CHECK(answer->answers == 1);
}

TEST_CASE("a server that takes this stanza never costs only its line") {
  for (const auto verdict :
       {xmpp::Sent::too_big, xmpp::Sent::denied, xmpp::Sent::invalid, xmpp::Sent::gone}) {
    RestWorld world;
    world.sink.say(verdict);
    const auto answer = world.ask(batch(message_line("a")));
    const int status = verdict == xmpp::Sent::too_big   ? 413
                       : verdict == xmpp::Sent::denied  ? 403
                       : verdict == xmpp::Sent::invalid ? 422
                                                        : 503;
    CHECK(told(*answer) == Texts{"1 " + std::to_string(status)});
  }
}

TEST_CASE("so many iqs of a batch wait at once, and the next is sent when one is answered") {
  RestWorld world(credential_settings(), 10000);
  std::string pings;
  for (size_t i = 0; i <= Batch::kIqs; ++i) pings += ping_line(std::to_string(i));
  const auto answer = world.ask(streamed());
  answer->give(http::Body::piece, pings);
  CHECK(world.sink.sent().size() == Batch::kIqs);
  CHECK_FALSE(answer->wanted);
  CHECK(world.arrive("<iq type='result' id='7' from='bob@localhost/r' to='rest.localhost'/>"));
  CHECK(told(*answer) == Texts{"8 200"});
  CHECK(world.sink.sent().size() == Batch::kIqs + 1);
  answer->leave();
  CHECK(world.replies.size() == 0);
}

TEST_CASE("answers that are not read are kept up to a limit, and then nothing more is taken") {
  RestWorld world;
  const auto answer = world.ask(streamed());
  answer->room = false;
  answer->give(http::Body::piece, many(message_line("a"), 100));
  CHECK(world.sink.sent().size() == 100);
  CHECK(answer->wanted);
  answer->give(http::Body::piece, many(message_line("a"), 10000));
  const size_t sent = world.sink.sent().size();
  const size_t line = std::string("{\"number\":1000,\"status\":202,\"id\":\"a\"}\n").size();
  CHECK(sent < Batch::kUnread / line + 200);
  CHECK(sent > Batch::kUnread / line - 200);
  CHECK_FALSE(answer->wanted);
  SECTION("who reads on gets all of it") {
    answer->make_room();
    CHECK(told(*answer).size() == 10100);
    answer->give(http::Body::whole);
    CHECK_FALSE(answer->broken_off);
  }
  SECTION("after 30 s it is broken off") {
    world.pass(29999ms);
    CHECK(answer->answers == 0);
    world.pass(1ms);
    CHECK(answer->broken_off);
    CHECK(world.sink.sent().size() == sent);
  }
}

TEST_CASE("each stanza counts for the rate of its credential, and the batch waits for its turn") {
  Credentials::Settings settings = credential_settings();
  settings.tokens = {token()};
  settings.tokens[0].rate = 2;
  RestWorld world(settings);
  const auto answer = world.ask(batch(many(message_line("a"), 5), "Bearer t0ken"));
  CHECK(told(*answer) == Texts{"1 202", "2 202"});
  CHECK(world.ask(post(kMessage, "Bearer t0ken"))->status() == 429);
  world.pass(500ms);
  CHECK(told(*answer).size() == 3);
  world.pass(500ms);
  world.pass(500ms);
  CHECK(told(*answer).size() == 5);
  CHECK(answer->answers == 1);
}

TEST_CASE("a batch that is read whole has at most so many stanzas and bytes") {
  const std::string line = message_line("a");
  for (const bool follows : {false, true}) {
    CAPTURE(follows);
    RestWorld world;
    const auto status = [&](const std::string& body) {
      auto request = follows ? streamed() : batch(body);
      request.query = "atomic=true";
      const auto answer = world.ask(request);
      if (follows) answer->give(http::Body::piece, body);
      if (follows) answer->give(http::Body::whole);
      return answer->status();
    };
    CHECK(status(many(line, Batches::kMaxStanzas)) == 200);
    CHECK(status(many(line, Batches::kMaxStanzas + 1)) == 413);
    CHECK(status(line + std::string(Batches::kMaxBytes - line.size(), '\n')) == 200);
    CHECK(status(line + std::string(Batches::kMaxBytes - line.size() + 1, '\n')) == 413);
    CHECK(world.sink.sent().size() == Batches::kMaxStanzas + 1);
  }
}

TEST_CASE("the end of the server ends batches: what was sent is answered, and the next stanza is 503") {
  RestWorld world;
  const auto fresh = world.ask(streamed());
  const auto answer = world.ask(streamed());
  answer->give(http::Body::piece, message_line("a") + ping_line("p"));
  auto request = streamed();
  request.query = "atomic=true";
  const auto gathering = world.ask(request);
  world.batches->stop();
  CHECK(fresh->status() == 503);
  CHECK(gathering->status() == 503);
  CHECK(told(*answer) == Texts{"1 202", "3 503 ended"});
  CHECK(answer->answers == 0);
  world.replies.drain();
  CHECK(told(*answer).back() == "2 503");
  CHECK(answer->answers == 1);
  CHECK(world.ask(streamed())->status() == 503);
}

TEST_CASE("so many batches of a credential are under way, one more gets 503, and others have theirs") {
  RestWorld world(token_until(std::nullopt));
  std::vector<std::shared_ptr<MemoryAnswer>> open;
  for (size_t i = 0; i < OpenBatches::kMaxEach; ++i) open.push_back(world.ask(streamed()));
  CHECK(world.ask(streamed())->status() == 503);
  auto by_token = streamed();
  by_token.headers = {{"Content-Type", "application/x-ndjson"}, {"Authorization", "Bearer t0ken"}};
  open.push_back(world.ask(by_token));
  CHECK(open.back()->status() == 0);
  open[0]->give(http::Body::whole);
  CHECK(open[0]->answers == 1);
  open.push_back(world.ask(streamed()));
  CHECK(open.back()->status() == 0);
  for (const auto& each : open) each->leave();
}

TEST_CASE("so many batches are under way of all credentials together, and no more") {
  struct Nothing final : OpenBatch {
    void stop() override {}
    void break_off() override {}
  };
  OpenBatches open;
  const auto begin = [&](size_t who) { return open.open(std::make_shared<Nothing>(), std::to_string(who)); };
  uint64_t first = 0;
  for (size_t i = 0; i < OpenBatches::kMax; ++i) {
    const uint64_t id = begin(i);
    REQUIRE(id != 0);
    if (i == 0) first = id;
  }
  CHECK(begin(OpenBatches::kMax) == 0);
  open.close(first);
  CHECK(begin(OpenBatches::kMax) != 0);
}

TEST_CASE("a batch ends with its token, and says behind which stanza") {
  const FakeClock begin;
  RestWorld world(token_until(begin.wall() + std::chrono::minutes(1)));
  auto by_token = streamed();
  by_token.headers = {{"Content-Type", "application/x-ndjson"}, {"Authorization", "Bearer t0ken"}};
  const auto answer = world.ask(by_token);
  answer->give(http::Body::piece, message_line("a"));
  world.pass(std::chrono::minutes(1));
  answer->give(http::Body::piece, message_line("b"));
  CHECK(told(*answer) == Texts{"1 202", "2 401 ended"});
  CHECK(answer->answers == 1);
  CHECK(world.sink.sent().size() == 1);
}
