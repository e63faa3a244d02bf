// SPDX-License-Identifier: MIT
// GET /rest/events: who follows has what comes, by credentials or by a ticket, and no more than it may see.
#include <nlohmann/json.hpp>

#include "rest/access/digest.h"
#include "rest/resources/following.h"
#include "support/directory.h"
#include "unit/rest/resources/consumers_world.h"

using namespace restanza;
using namespace restanza::rest;
using namespace std::chrono_literals;

namespace {

using Data = nlohmann::json;

Token receiving() {
  return token_with(kReceive);
}

struct EventsWorld : ConsumersWorld {
  explicit EventsWorld(Token known = receiving(), const std::string& directory = {})
      : ConsumersWorld(with_token(std::move(known)), directory) {}

  void message(const std::string& id, const std::string& from = "alice@localhost/r") {
    ConsumersWorld::message(id, from, "bot@rest.localhost", "Hi");
    settle_reading();
  }
  std::shared_ptr<MemoryAnswer> get(const std::string& query,
                                    const std::string& authorization = as_component(),
                                    const std::string& last_id = {}) {
    auto request = asking("GET", "/events", query, authorization);
    if (!last_id.empty()) request.headers.emplace_back("Last-Event-ID", last_id);
    auto answer = ask(std::move(request));
    settle_reading();
    return answer;
  }
  std::shared_ptr<MemoryAnswer> send(const std::string& path, const Data& body,
                                     const std::string& authorization = as_component()) {
    auto request = post(body.dump(), authorization, path);
    request.headers.front().second = "application/json";
    auto answer = ask(std::move(request));
    settle_reading();
    return answer;
  }
  std::string ticket(const std::string& authorization = as_component(), const Data& body = Data::object()) {
    const auto answer = send("/events/ticket", body, authorization);
    REQUIRE(answer->status() == 200);
    CHECK(Data::parse(answer->body())["expires_in"] == 60);
    return Data::parse(answer->body())["ticket"];
  }

  struct Event {
    std::string id, name;
    Data data;
  };
  static std::vector<Event> events(const MemoryAnswer& answer) {
    std::vector<Event> all;
    Event one;
    const std::string body = answer.body();
    for (const std::string_view line : split(body, '\n')) {
      if (line.rfind("id: ", 0) == 0) one.id = line.substr(4);
      if (line.rfind("event: ", 0) == 0) one.name = line.substr(7);
      if (line.rfind("data: ", 0) == 0) one.data = Data::parse(line.substr(6));
      if (line.empty() && !one.data.is_null()) all.push_back(std::exchange(one, {}));
    }
    return all;
  }
  static std::string ids(const MemoryAnswer& answer) {
    std::string all;
    for (const Event& each : events(answer)) {
      all += (all.empty() ? "" : " ") + each.data["stanza"]["id"].get<std::string>();
    }
    return all;
  }
};

const std::string kBearer = "Bearer t0ken";

}  // namespace

TEST_CASE("who follows has what waits and what comes, with its cursor as the event's id") {
  EventsWorld w;
  w.message("1");
  const auto answer = w.get("");
  REQUIRE(answer->status() == 200);
  CHECK(answer->header("Content-Type") == "text/event-stream");
  w.message("2");
  const auto events = EventsWorld::events(*answer);
  REQUIRE(events.size() == 2);
  for (const auto& event : events) CHECK(event.data["cursor"] == event.id);
  CHECK(events[0].data["stanza"]["body"] == "Hi");
  CHECK(EventsWorld::ids(*answer) == "1 2");
}

TEST_CASE("a stream goes on behind the last event's id, or behind a cursor, and acknowledges up to there") {
  EventsWorld w;
  for (const char* id : {"1", "2", "3"}) w.message(id);
  const auto all = EventsWorld::events(*w.get(""));
  REQUIRE(all.size() == 3);
  CHECK(EventsWorld::ids(*w.get("after=" + all[0].id)) == "2 3");
  CHECK(EventsWorld::ids(*w.get("")) == "2 3");
  CHECK(EventsWorld::ids(*w.get("after=" + all[0].id, as_component(), all[1].id)) ==
        "3");  // a browser that comes again
  const auto gone = w.get("after=" + all[0].id);
  CHECK(gone->status() == 410);
  CHECK(gone->header("Restanza-Cursor") == all[1].id);
}

TEST_CASE("what is written acknowledges nothing, and what a client says it has does") {
  EventsWorld w;
  w.message("1");
  const auto first = EventsWorld::events(*w.get(""));
  CHECK(EventsWorld::ids(*w.get("")) == "1");
  CHECK(w.send("/updates/ack", {{"cursor", first[0].id}})->status() == 204);
  CHECK(EventsWorld::ids(*w.get("")).empty());
  CHECK(w.send("/updates/ack", {{"consumer", "nobody"}, {"cursor", first[0].id}})->status() == 404);
  CHECK(w.send("/updates/ack", {{"consumer", "other"}, {"cursor", first[0].id}})->status() == 410);
  CHECK(w.send("/updates/ack", {{"consumer", "default"}})->status() == 400);
  CHECK(w.send("/updates/ack", {{"cursor", first[0].id}, {"more", "x"}})->status() == 400);
  CHECK(w.send("/updates/ack", {{"cursor", first[0].id}}, basic("alice", "wonder:land"))->status() == 403);
  auto form = post("cursor=x", as_component(), "/updates/ack");
  CHECK(w.ask(std::move(form))->status() == 415);
}

TEST_CASE("HEAD of a stream is its head, and acknowledges nothing") {
  EventsWorld w;
  w.message("1");
  const auto cursor = EventsWorld::events(*w.get(""))[0].id;
  const auto answer = w.ask(asking("HEAD", "/events", "after=" + cursor));
  CHECK(answer->status() == 200);
  CHECK(answer->header("Content-Type") == "text/event-stream");
  CHECK(answer->answers == 1);
  CHECK(EventsWorld::ids(*w.get("")) == "1");
}

TEST_CASE("a stream shows only what its token may answer") {
  Token narrow = receiving();
  narrow.to = {"alice@localhost"};
  EventsWorld w(narrow);
  w.message("1", "eve@localhost/r");
  w.message("2", "alice@localhost/r");
  const auto answer = w.get("", kBearer);
  CHECK(EventsWorld::ids(*answer) == "2");
  w.message("3", "eve@localhost/r");
  CHECK(EventsWorld::ids(*answer) == "2");
  CHECK(answer->body().find("eve@") == std::string::npos);
}

TEST_CASE("who may not receive may not follow, and an unknown consumer or option is named") {
  Token sender = token();
  EventsWorld w(sender);
  CHECK(w.get("", kBearer)->status() == 403);
  CHECK(w.get("", "")->status() == 401);
  CHECK(w.get("consumer=nobody")->status() == 404);
  CHECK(w.get("limit=1")->status() == 400);
  CHECK(w.send("/events/ticket", Data::object(), kBearer)->status() == 403);
}

TEST_CASE("a ticket follows its consumer in place of credentials, as its credential may") {
  Token narrow = receiving();
  narrow.to = {"alice@localhost"};
  EventsWorld w(narrow);
  w.message("1", "eve@localhost/r");
  w.message("2");
  const std::string ticket = w.ticket(kBearer);
  CHECK(EventsWorld::ids(*w.get("ticket=" + ticket, "")) == "2");
  CHECK(EventsWorld::ids(*w.get("consumer=default&ticket=" + ticket, "")) == "2");
  CHECK(w.get("consumer=other&ticket=" + ticket, "")->status() == 403);
  CHECK(w.get("ticket=" + ticket + "x", "")->status() == 401);
  CHECK(w.get("ticket=" + ticket, kBearer)->status() == 400);
  CHECK(w.get("ticket=", "")->status() == 401);
  const auto other = w.send("/events/ticket", {{"consumer", "other"}}, kBearer);
  const std::string of_other = Data::parse(other->body())["ticket"];
  CHECK(EventsWorld::ids(*w.get("ticket=" + of_other, "")).empty());
  CHECK(w.send("/events/ticket", {{"consumer", "nobody"}}, kBearer)->status() == 404);
}

TEST_CASE("a ticket is for streams, and nothing else") {
  EventsWorld w;
  const std::string ticket = w.ticket();
  CHECK(w.ask(asking("GET", "/updates", "ticket=" + ticket, ""))->status() == 401);
}

TEST_CASE("a password or a token in the address is refused by its name") {
  EventsWorld w;
  for (const char* query :
       {"token=t0ken", "access_token=t0ken", "password=x", "Authorization=Bearer%20t0ken"}) {
    CAPTURE(query);
    const auto answer = w.get(query, "");
    CHECK(answer->status() == 400);
    CHECK(answer->body().find("ticket") != std::string::npos);
    CHECK(answer->body().find("t0ken") == std::string::npos);
  }
}

TEST_CASE("a ticket is used within 60 s, and then good until 5 minutes after its last stream") {
  EventsWorld w;
  const std::string late = w.ticket();
  w.pass(60s);
  CHECK(w.get("ticket=" + late, "")->status() == 401);

  const std::string used = w.ticket();
  w.pass(59s);
  const auto stream = w.get("ticket=" + used, "");
  CHECK(stream->status() == 200);
  w.pass(std::chrono::hours(2));
  CHECK(w.get("ticket=" + used, "")->status() == 200);  // it is in use
  w.consumers.streams().end_all();
  w.settle_reading();
  w.pass(299s);
  const auto again = w.get("ticket=" + used, "");
  CHECK(again->status() == 200);
  again->leave();
  w.settle_reading();
  w.pass(300s);
  CHECK(w.get("ticket=" + used, "")->status() == 401);
}

TEST_CASE("tickets outlast a restart, and not the credential that they stand for") {
  const Directory directory;
  std::string issued, in_use;
  {
    EventsWorld w(receiving(), directory.path());
    issued = w.ticket(kBearer);
    in_use = w.ticket(kBearer);
    CHECK(w.get("ticket=" + in_use, "")->status() == 200);
  }
  SECTION("with the same credential") {
    EventsWorld w(receiving(), directory.path());
    CHECK(w.get("ticket=" + issued, "")->status() == 200);
    w.pass(299s);
    CHECK(w.get("ticket=" + in_use, "")->status() == 200);
  }
  SECTION("with another secret under its name") {
    Token other = receiving();
    other.sha256 = sha256("an0ther");
    EventsWorld w(other, directory.path());
    CHECK(w.get("ticket=" + issued, "")->status() == 401);
    CHECK(w.get("ticket=" + in_use, "")->status() == 401);
  }
  SECTION("with fewer rights") {
    EventsWorld w(token(), directory.path());
    CHECK(w.get("ticket=" + in_use, "")->status() == 403);
  }
  SECTION("but not for longer than 5 minutes") {
    EventsWorld w(receiving(), directory.path());
    w.pass(300s);
    CHECK(w.get("ticket=" + in_use, "")->status() == 401);
  }
}

TEST_CASE("an account has no ticket, for nobody could look at its password again") {
  EventsWorld w;
  w.accounts.bearers = true;
  w.accounts.rights = kReceive;
  CHECK(w.get("", "Bearer of-alice")->status() == 200);
  CHECK(w.send("/events/ticket", Data::object(), "Bearer of-alice")->status() == 403);
}

TEST_CASE("a credential has so many tickets and no more, and old ones make room") {
  EventsWorld w;
  std::string last;
  for (size_t i = 0; i < Tickets::kMaxEach; ++i) {
    w.tickets.issue("default", *w.resources.credentials.known("component"), [&](const auto& issued) {
      REQUIRE(issued);
      last = *issued;
    });
    w.settle();
  }
  CHECK(w.send("/events/ticket", Data::object())->status() == 429);
  CHECK(w.send("/events/ticket", Data::object(), kBearer)->status() == 200);
  w.pass(61s);
  CHECK(w.send("/events/ticket", Data::object())->status() == 200);
}

TEST_CASE("a stream ends with its token, and after an hour where only the host can look again") {
  FakeClock clock;
  Caller caller;
  CHECK_FALSE(follows_until(caller, clock));
  caller.expires = clock.wall() + 90s;
  CHECK(follows_until(caller, clock) == clock.now() + 90s);
  caller.expires = clock.wall() - 90s;
  CHECK(follows_until(caller, clock) == clock.now());
  caller.account = true;
  CHECK(follows_until(caller, clock) == clock.now() + 1h);
}
