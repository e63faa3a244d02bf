// SPDX-License-Identifier: MIT
// An iq over POST /rest: it waits for its answer, and ends in each of its ways.
#include "rest/resources/stanzas.h"
#include "support/catch.h"
#include "unit/rest/rest_world.h"

using namespace restanza;
using namespace restanza::rest;
using namespace std::chrono_literals;

namespace {

http::Request ping(const std::string& id = "1", const std::string& authorization = as_component()) {
  return post("<iq type='get' id='" + id + "' to='bob@localhost/r'><ping xmlns='urn:xmpp:ping'/></iq>",
              authorization);
}

http::Request timed(http::Request request, const std::string& seconds,
                    const std::string& header = "Restanza-Timeout") {
  request.headers.emplace_back(header, seconds);
  return request;
}

std::string answer_to(const std::string& id, const std::string& type = "result",
                      const std::string& to = "rest.localhost") {
  return "<iq type='" + type + "' id='" + id + "' from='bob@localhost/r' to='" + to + "'/>";
}

}  // namespace

TEST_CASE("an iq waits, and its answer is the response") {
  for (const char* type : {"result", "error"}) {
    CAPTURE(type);
    RestWorld world;
    const auto answer = world.ask(ping());
    CHECK(answer->status() == 0);
    CHECK(world.last_sent() ==
          "<iq from='rest.localhost' to='bob@localhost/r' id='1' type='get'>"
          "<ping xmlns='urn:xmpp:ping'/></iq>");
    CHECK(world.arrive(answer_to("1", type)));
    CHECK(answer->status() == 200);
    CHECK(answer->header("Content-Type") == "application/xmpp+xml");
    CHECK(answer->body() == answer_to("1", type));
    CHECK_FALSE(world.arrive(answer_to("1", type)));
    CHECK(answer->answers == 1);
  }
}

TEST_CASE("an answer from another address, or to another, is not the answer") {
  RestWorld world;
  const auto answer = world.ask(ping());
  CHECK_FALSE(world.arrive("<iq type='result' id='1' from='bob@localhost' to='rest.localhost'/>"));
  CHECK_FALSE(world.arrive("<iq type='result' id='1' to='rest.localhost'/>"));
  CHECK_FALSE(world.arrive("<iq type='result' id='1' from='rest.localhost' to='rest.localhost'/>"));
  CHECK_FALSE(world.arrive(answer_to("2")));
  CHECK_FALSE(world.arrive(answer_to("1", "result", "x@rest.localhost")));
  CHECK(answer->status() == 0);
  CHECK(world.arrive(answer_to("1")));
}

TEST_CASE("an iq without a destination is refused, but not from an account") {
  RestWorld world;
  const std::string body = "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>";
  const auto refused = world.ask(post(body));
  CHECK(refused->status() == 422);
  CHECK(condition(*refused) == "improper-addressing");
  for (const char* from : {"", " from='alice@localhost'", " from='localhost'"}) {
    CAPTURE(from);
    const auto answer = world.ask(post(body, basic("alice", "wonder:land")));
    CHECK(answer->status() == 0);
    CHECK(world.arrive("<iq type='result' id='1'" + std::string(from) + " to='alice@localhost'/>"));
    CHECK(answer->status() == 200);
  }
}

TEST_CASE("the component's iq to its own address takes no answer but the one from there") {
  RestWorld world;
  const auto answer =
      world.ask(post("<iq type='get' id='1' to='rest.localhost'><ping xmlns='urn:xmpp:ping'/></iq>"));
  CHECK_FALSE(world.arrive("<iq type='result' id='1' to='rest.localhost'/>"));
  CHECK(world.arrive("<iq type='result' id='1' from='rest.localhost' to='rest.localhost'/>"));
  CHECK(answer->status() == 200);
}

TEST_CASE("the same iq in flight is a conflict, and the first goes on") {
  RestWorld world;
  const auto first = world.ask(ping());
  const auto second = world.ask(ping());
  CHECK(second->status() == 409);
  CHECK(condition(*second) == "conflict");
  CHECK(world.sink.sent().size() == 1);
  CHECK(world.arrive(answer_to("1")));
  CHECK(first->status() == 200);
  CHECK(world.ask(ping())->status() == 0);
}

TEST_CASE("as many iqs wait as the limit says, and not one more") {
  RestWorld world(credential_settings(), 3);
  const auto first = world.ask(ping("1"));
  world.ask(ping("2"));
  CHECK(world.ask(ping("3"))->status() == 0);
  const auto refused = world.ask(ping("4"));
  CHECK(refused->status() == 503);
  CHECK(refused->header("Retry-After") == "5");
  CHECK(world.sink.sent().size() == 3);
  CHECK(world.arrive(answer_to("1")));
  CHECK(world.ask(ping("4"))->status() == 0);
}

TEST_CASE("a client that leaves frees its place, and its answer finds nobody") {
  RestWorld world(credential_settings(), 1);
  const auto left = world.ask(ping());
  CHECK(world.ask(ping("2"))->status() == 503);
  left->leave();
  CHECK(world.replies.size() == 0);
  CHECK(left->answers == 1);
  CHECK_FALSE(world.arrive(answer_to("1")));
  CHECK(world.ask(ping("2"))->status() == 0);
}

TEST_CASE("without an answer it is 504 after the set time, and not before") {
  RestWorld world;
  const auto answer = world.ask(ping());
  world.pass(119999ms);
  CHECK(answer->status() == 0);
  world.pass(1ms);
  CHECK(answer->status() == 504);
  CHECK(condition(*answer) == "remote-server-timeout");
  CHECK_FALSE(world.arrive(answer_to("1")));
  CHECK(world.replies.size() == 0);
}

TEST_CASE("a request sets its own time, by either name, up to the limit") {
  const auto ends_after = [](const http::Request& request, std::chrono::milliseconds time) {
    RestWorld world;
    const auto answer = world.ask(request);
    if (answer->status() != 0) return false;
    world.pass(time - 1ms);
    const bool waited = answer->status() == 0;
    world.pass(1ms);
    return waited && answer->status() == 504;
  };
  CHECK(ends_after(timed(ping(), "2"), 2000ms));
  CHECK(ends_after(timed(ping(), " 0.5 "), 500ms));
  CHECK(ends_after(timed(ping(), "0.0001"), 1ms));
  CHECK(ends_after(timed(ping(), "2", "prosody-rest-timeout"), 2000ms));
  CHECK(ends_after(timed(timed(ping(), "3", "Prosody-Rest-Timeout"), "2"), 2000ms));
  CHECK(ends_after(timed(ping(), "300"), 300000ms));
  CHECK(ends_after(timed(ping(), "301"), 300000ms));
  CHECK(ends_after(timed(ping(), "999999999999"), 300000ms));
}

TEST_CASE("a time that is no positive number is refused, and nothing is sent") {
  RestWorld world;
  for (const char* odd :
       {"", "0", "0.0", "-1", "+1", "1e3", "soon", "1 2", "1.2.3", ".", "nan", "inf", "0x10"}) {
    CAPTURE(odd);
    const auto answer = world.ask(timed(ping(), odd));
    CHECK(answer->status() == 400);
    CHECK(condition(*answer) == "bad-format");
  }
  CHECK(world.sink.sent().empty());
  CHECK(world.replies.size() == 0);
}

TEST_CASE("a link that is down refuses an iq at once") {
  RestWorld world;
  world.sink.say(xmpp::Sent::would_block);
  const auto answer = world.ask(ping());
  CHECK(answer->status() == 503);
  CHECK(answer->header("Retry-After") == "5");
  CHECK(world.replies.size() == 0);
}

TEST_CASE("a drain ends what waits and refuses what comes") {
  RestWorld world;
  const auto waiting = world.ask(ping());
  world.replies.drain();
  CHECK(waiting->status() == 503);
  CHECK(waiting->header("Retry-After") == "5");
  CHECK(world.ask(ping("2"))->status() == 503);
  CHECK(world.sink.sent().size() == 1);
}
