// SPDX-License-Identifier: MIT
// GET /rest/traffic: who may follow, from where, and what is answered to a wrong request.
#include "unit/rest/resources/consumers_world.h"

using namespace restanza;
using namespace restanza::rest;

namespace {

http::Request following(const std::string& query = {}, const std::string& authorization = as_component(),
                        const std::string& method = "GET") {
  return asking(method, "/traffic", query, authorization);
}

std::shared_ptr<MemoryAnswer> settled(RestWorld& world, http::Request request) {
  auto answer = world.ask(std::move(request));
  settle_reading(world);
  return answer;
}

}  // namespace

TEST_CASE("whoever lacks the right admin may not follow the traffic") {
  for (const auto& [rights, status] : std::map<uint32_t, int>{{kSend | kReceive, 403}, {kAdmin, 200}}) {
    RestWorld w(with_token(token_with(rights)));
    CHECK(settled(w, following({}, "Bearer t0ken"))->status() == status);
    CHECK(w.ring.followers() == (status == 200 ? 1 : 0));
  }
  RestWorld w;
  CHECK(w.ask(following({}, basic("alice", "wonder:land")))->status() == 403);
  CHECK(w.ask(following({}, {}))->status() == 401);
  CHECK_FALSE(w.ring.recording());
}

TEST_CASE("an option that is not known is named, and nothing is followed") {
  RestWorld w;
  const auto answer = w.ask(following("befor=1"));
  CHECK(answer->status() == 400);
  CHECK_THAT(answer->body(), Contains("befor"));
  CHECK_FALSE(w.ring.recording());
}

TEST_CASE("HEAD has the head of the stream, and follows nothing") {
  RestWorld w;
  const auto answer = w.ask(following({}, as_component(), "HEAD"));
  CHECK(answer->status() == 200);
  CHECK(answer->header("Content-Type") == "text/event-stream");
  CHECK(answer->header("Cache-Control") == "no-store");
  CHECK(answer->body().empty());
  CHECK_FALSE(w.ring.recording());
}

TEST_CASE("who follows has what happens, behind the place that it names, until it leaves") {
  RestWorld w;
  const auto stanza = std::make_shared<const xmpp::Stanza>(*xmpp::parse_stanza(kMessage));
  auto request = following("after=unknown.1");
  const auto first = settled(w, request);
  CHECK_THAT(first->body(), Contains("event: dropped\ndata: {\"count\":null}\n"));
  w.recorder.stanza_came(stanza, traffic::came::kForeign);
  const std::string place = text_of(w.ring.now());
  w.recorder.stanza_came(stanza, traffic::came::kTaken);
  request.headers.emplace_back("Last-Event-ID", place);  // it has come farther than the query says
  const auto second = settled(w, request);
  CHECK_THAT(second->body(), Contains("id: " + place + "\n\n") && Contains("\"outcome\":\"taken\"") &&
                                 Contains("\"body\":\"Hi\"") && !Contains("foreign") && !Contains("dropped"));
  CHECK(w.ring.followers() == 2);
  second->leave();
  settled(w, following("befor=1"));
  CHECK(w.ring.followers() == 1);
}
