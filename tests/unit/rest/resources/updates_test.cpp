// SPDX-License-Identifier: MIT
// GET /rest/updates: who asks for stanzas gets them, waits for them, and says up to where it has them.
#include <nlohmann/json.hpp>

#include "rest/resources/updates_page.h"
#include "unit/rest/resources/consumers_world.h"

using namespace restanza;
using namespace restanza::rest;

namespace {

using Data = nlohmann::json;

struct UpdatesWorld : ConsumersWorld {
  explicit UpdatesWorld(Credentials::Settings settings = credential_settings())
      : ConsumersWorld(std::move(settings)) {}

  void message(const std::string& id, const std::string& from = "alice@localhost/r",
               const std::string& to = "bot@rest.localhost") {
    ConsumersWorld::message(id, from, to, "Hi &lt;" + id);
  }
  std::shared_ptr<MemoryAnswer> get(const std::string& query,
                                    const std::string& authorization = as_component(),
                                    const std::string& accept = {}) {
    auto request = asking("GET", "/updates", query, authorization);
    if (!accept.empty()) request.headers.emplace_back("Accept", accept);
    return ask(std::move(request));
  }
  std::shared_ptr<MemoryAnswer> settled(const std::string& query,
                                        const std::string& authorization = as_component(),
                                        const std::string& accept = {}) {
    settle();
    auto answer = get(query, authorization, accept);
    settle_reading();
    return answer;
  }
  static std::string ids(const MemoryAnswer& answer) {
    std::string all;
    const Data page = Data::parse(answer.body());
    for (const auto& one : page["updates"]) {
      all += (all.empty() ? "" : " ") + one["stanza"]["id"].get<std::string>();
    }
    return all;
  }
  static std::string next(const MemoryAnswer& answer) { return Data::parse(answer.body())["next"]; }
};

}  // namespace

TEST_CASE("the stanzas that came are given in JSON, with where to go on") {
  UpdatesWorld a;
  a.message("1");
  a.offer("<presence from='alice@localhost/r' to='bot@rest.localhost' id='p'/>");
  a.offer(
      "<iq type='get' from='alice@localhost/r' to='bot@rest.localhost' id='q'><query "
      "xmlns='urn:example:q'/></iq>");
  const auto answer = a.settled("timeout=0");
  REQUIRE(answer->status() == 200);
  CHECK(answer->header("Content-Type") == "application/json");
  CHECK(answer->header("Cache-Control") == "no-store");
  const Data page = Data::parse(answer->body());
  REQUIRE(page["updates"].size() == 3);
  const Data &message = page["updates"][0], &presence = page["updates"][1], &iq = page["updates"][2];
  CHECK(message["stanza"] == Data{{"kind", "message"},
                                  {"type", "chat"},
                                  {"from", "alice@localhost/r"},
                                  {"to", "bot@rest.localhost"},
                                  {"id", "1"},
                                  {"body", "Hi <1"}});
  CHECK(message["id"].get<std::string>().rfind("msg_", 0) == 0);
  CHECK(message["time"].get<std::string>().back() == 'Z');
  CHECK_FALSE(message.contains("kept"));
  CHECK(presence["kept"] == false);
  CHECK_FALSE(presence.contains("seconds_left"));
  CHECK(iq["kept"] == false);
  CHECK(iq["seconds_left"] == 30);
  CHECK(page["next"] == iq["cursor"]);
  CHECK_FALSE(page.contains("missed"));
}

TEST_CASE("who prefers XML has the same as one document") {
  UpdatesWorld a;
  a.message("1");
  const auto answer = a.settled("timeout=0", as_component(), "application/xmpp+xml");
  REQUIRE(answer->status() == 200);
  CHECK(answer->header("Content-Type") == "application/xmpp+xml");
  const auto document = xml::parse(answer->body());
  REQUIRE(document);
  CHECK(document->root().is("updates", kUpdatesNamespace));
  const auto update = document->root().first();
  CHECK(update.is("update", kUpdatesNamespace));
  CHECK(update.attribute("cursor") == document->root().attribute("next"));
  CHECK(update.first().is("message", xml::kContentNamespace));
  CHECK(update.first().child("body", xml::kContentNamespace).text() == "Hi <1");
}

TEST_CASE("what is acknowledged comes no more, and without a cursor it goes on there") {
  UpdatesWorld a;
  for (const char* id : {"1", "2", "3"}) a.message(id);
  const auto two = a.settled("limit=2&timeout=0");
  CHECK(UpdatesWorld::ids(*two) == "1 2");
  CHECK(UpdatesWorld::ids(*a.settled("timeout=0")) == "1 2 3");
  const std::string cursor = UpdatesWorld::next(*two);
  CHECK(UpdatesWorld::ids(*a.settled("timeout=0&after=" + cursor)) == "3");
  CHECK(UpdatesWorld::ids(*a.settled("timeout=0")) == "3");
  CHECK(UpdatesWorld::ids(*a.settled("timeout=0&after=" + cursor)) == "3");  // the answer had been lost
}

TEST_CASE("a request waits for what comes, and has nothing when its time is up") {
  UpdatesWorld a;
  const auto waiting = a.settled("timeout=5");
  CHECK(waiting->status() == 0);
  a.message("1");
  a.settle_reading();
  REQUIRE(waiting->status() == 200);
  CHECK(UpdatesWorld::ids(*waiting) == "1");
  const auto later = a.settled("timeout=5&after=" + UpdatesWorld::next(*waiting));
  a.pass(std::chrono::seconds(4));
  a.settle_reading();
  CHECK(later->status() == 0);
  a.pass(std::chrono::seconds(1));
  a.settle_reading();
  REQUIRE(later->status() == 200);
  CHECK(Data::parse(later->body())["updates"].empty());
  CHECK(UpdatesWorld::next(*later) == UpdatesWorld::next(*waiting));
}

TEST_CASE("of two at once the older has 409, and who leaves holds nobody's place") {
  UpdatesWorld a;
  const auto older = a.settled("");
  const auto newer = a.get("");
  CHECK(older->status() == 409);
  a.settle_reading();
  newer->leave();
  a.message("1");
  CHECK(UpdatesWorld::ids(*a.settled("timeout=0")) == "1");
  CHECK(newer->status() != 200);
}

TEST_CASE("HEAD neither acknowledges nor waits") {
  UpdatesWorld a;
  a.message("1");
  const std::string cursor = UpdatesWorld::next(*a.settled("timeout=0"));
  CHECK(a.ask(asking("HEAD", "/updates", "after=" + cursor))->status() == 200);
  CHECK(UpdatesWorld::ids(*a.settled("timeout=0")) == "1");
}

TEST_CASE("a consumer that is not configured is not found, and a cursor that is not known is gone") {
  UpdatesWorld a;
  CHECK(a.settled("consumer=nobody")->status() == 404);
  CHECK(a.settled("consumer=")->status() == 404);
  for (const char* id : {"1", "2"}) a.message(id);
  const Data page = Data::parse(a.settled("timeout=0")->body());
  const std::string first = page["updates"][0]["cursor"], second = page["updates"][1]["cursor"];
  CHECK(a.settled("timeout=0&after=" + second)->status() == 200);
  for (const std::string& cursor : {first, std::string("1"), second + "0", std::string(1000, 'x')}) {
    CAPTURE(cursor);
    const auto answer = a.settled("timeout=0&after=" + cursor);
    CHECK(answer->status() == 410);
    CHECK(answer->header("Restanza-Cursor") == second);
  }
}

TEST_CASE("the bounds of limit and timeout are those that are told, and other options are refused") {
  UpdatesWorld a;
  for (const char* query : {"limit=1&timeout=0", "limit=1000&timeout=0", "timeout=0"}) {
    CHECK(a.settled(query)->status() == 200);
  }
  const auto longest = a.settled("timeout=120");
  CHECK(longest->status() == 0);
  longest->leave();
  for (const char* query : {"limit=0", "limit=1001", "limit=x", "limit=", "timeout=121", "timeout=-1",
                            "timeout=0.5", "before=1", "after=%"}) {
    CAPTURE(query);
    CHECK(a.settled(query)->status() == 400);
  }
}

TEST_CASE("the right receive is needed, and what no answer could go to is not seen") {
  Token one = token_with(kReceive);
  one.from = {"bot@rest.localhost"};
  one.to = {"*@localhost"};
  one.kinds = subscription::mask(xmpp::Kind::message);
  UpdatesWorld a(with_token(one));
  CHECK(a.settled("timeout=0", basic("alice", "wonder:land"))->status() == 403);
  CHECK(a.settled("timeout=0", "")->status() == 401);
  a.message("1");
  a.message("2", "alice@localhost/r", "another@rest.localhost");
  a.message("3", "eve@evil.example/r");
  a.message("4", "bob@localhost");
  a.offer("<presence from='alice@localhost/r' to='bot@rest.localhost' id='5'/>");
  const auto seen = a.settled("timeout=0", "Bearer t0ken");
  REQUIRE(seen->status() == 200);
  CHECK(UpdatesWorld::ids(*seen) == "1 4");
  const auto in_xml = a.settled("timeout=0", "Bearer t0ken", "application/xml");
  CHECK(in_xml->body().find("eve") == std::string::npos);
  CHECK(in_xml->body().find("presence") == std::string::npos);
  CHECK(UpdatesWorld::ids(*a.settled("timeout=0")) == "1 2 3 4 5");
}

TEST_CASE("an iq that was read is answered by a POST of its result or error, once, and by nobody else") {
  UpdatesWorld a;
  a.offer(
      "<iq type='get' from='alice@localhost/r' to='bot@rest.localhost' id='q'><query "
      "xmlns='urn:example:q'/></iq>");
  CHECK(UpdatesWorld::ids(*a.settled("timeout=0")) == "q");
  const auto result = [](const std::string& id, const std::string& type = "result") {
    return "<iq type='" + type + "' id='" + id + "' from='bot@rest.localhost' to='alice@localhost/r'/>";
  };
  CHECK(a.ask(post(result("other")))->status() == 422);
  CHECK(a.ask(post(result("q"), basic("alice", "wonder:land")))->status() == 403);
  CHECK(a.ask(post(result("q", "error")))->status() == 202);
  CHECK(xmpp::parse_stanza(a.last_sent())->type == "error");
  a.consumers.about_to_send(*xmpp::parse_stanza(a.last_sent()));  // the world's sink is observed by nobody
  CHECK(a.ask(post(result("q")))->status() == 422);
}

TEST_CASE("a token that may only send or look may not receive") {
  UpdatesWorld a(with_token(token_with(kSend | kAdmin)));
  CHECK(a.settled("timeout=0", "Bearer t0ken")->status() == 403);
}

TEST_CASE("who waits when the program ends is told so") {
  UpdatesWorld a;
  const auto waiting = a.settled("");
  a.consumers.drain();
  CHECK(waiting->status() == 503);
}

TEST_CASE("what waits for a consumer is among the deliveries, and can be discarded and replayed") {
  UpdatesWorld a;
  for (const char* id : {"1", "2"}) a.message(id);
  a.settle();
  const auto look = asking("GET", "/deliveries");
  bool found = false;
  const Data queues = Data::parse(a.ask_and_settle(look)->body());
  for (const auto& one : queues["endpoints"]) {
    if (one["name"] != "updates/default") continue;
    found = true;
    CHECK(one["state"] == "asked for");
    CHECK(one["waiting"] == 2);
  }
  CHECK(found);
  CHECK(a.ask_and_settle(asking("DELETE", "/deliveries", "endpoint=updates/default&state=waiting"))->body() ==
        "{\"discarded\":2}");
  CHECK(Data::parse(a.settled("timeout=0")->body())["updates"].empty());
}
