// SPDX-License-Identifier: MIT
#include "cases/cases.h"

namespace restanza::hostcheck {
namespace {

constexpr size_t kMaxBody = 4096;  // of the plugins' routes

std::string status_of(const HttpAnswer& answer) {
  return "the client got " + (answer.status == 0 ? "no answer" : std::to_string(answer.status));
}

void answered_once(Session& s) {
  s.is_ready();
  const HttpAnswer answer = s.request({});
  s.require(answer.status == 200 && answer.holds("It is so\n"), rules::kUsedUp, status_of(answer));
  s.returned("http_respond", {XP_OK, XP_INVALID}, rules::kUsedUp);
  s.goes_on(rules::kUsedUp);
  s.ends_well();
}

void ended_once(Session& s) {
  s.is_ready();
  const HttpAnswer answer = s.request({});
  s.require(answer.status == 200 && answer.holds("It is so\n"), rules::kUsedUp, status_of(answer));
  s.require(!answer.holds("It is not so"), rules::kUsedUp, "what was written after the end was sent");
  s.returned("http_write", {XP_INVALID}, rules::kUsedUp);
  s.ends_well();
}

void refused_answer(Session& s) {
  s.is_ready();
  const HttpAnswer answer = s.request({});
  s.require(answer.status == 500, rules::kAnswer, status_of(answer));
  s.require(answer.head.find("stolen") == std::string::npos, rules::kAnswer,
            "a header of the answer has become two");
  s.returned("http_respond", {XP_INVALID}, rules::kAnswer);
  s.ends_well();
}

void ends_without_an_answer(Session& s) {
  s.is_ready();
  const auto answer = s.request_later();
  s.require(!s.reported("request", 1).empty(), rules::kCovers, "the request never came");
  s.ends_well();
}

void second_watch(Session& s) {
  s.is_ready();
  s.goes_on(rules::kWatch);
  s.require(s.reported("released", 2).size() >= 2, rules::kWatch, "a watch was never released");
  s.ends_well();
}

void what_a_route_covers(Session& s) {
  s.is_ready();
  s.request({"GET", "/restful"});
  s.request({"GET", "/rest/a%2Fb?x=%20y"});
  s.request({});
  const Text paths = s.reported("path", 2), queries = s.reported("query", 2);
  s.require(paths.size() == 2 && paths[1] == "/rest", rules::kCovers,
            "requests that came: " + std::to_string(paths.size()) + " of 2");
  s.require(paths[0] == "/rest/a%2Fb", rules::kPath, "the path came as " + paths[0]);
  s.require(queries == Text{"x=%20y", "absent"}, rules::kQuery, "the query came as " + queries[0]);
  s.ends_well();
}

void repeated_headers(Session& s) {
  s.is_ready();
  s.request({"GET", "/rest", {{"X-Twice", "one"}, {"X-Other", "between"}, {"X-Twice", "two"}}});
  s.require(s.reported("http_respond", 1).size() == 1, rules::kCovers, "the request never came");
  const Text values = s.reported("x-twice");
  // Joined is what a host may do whose HTTP has one value for each name.
  s.require(values == Text{"one", "two"} || values == Text{"one, two"} || values == Text{"one,two"},
            rules::kHeaders, "values of a header that stands twice: " + std::to_string(values.size()));
  s.require(s.reported("x-other") == Text{"between"}, rules::kHeaders,
            "a header is missing or has another name");
  s.ends_well();
}

void body_too_large(Session& s) {
  s.is_ready();
  s.request({"POST", "/rest", {}, std::string(kMaxBody, 'x')});
  s.require(s.reported("body", 1) == Text{std::to_string(kMaxBody)} && s.reported("flags") == Text{"0"},
            rules::kTooLarge, "a body of max_body bytes was not given whole");
  s.request({"POST", "/rest", {}, std::string(kMaxBody + 1, 'x')});
  s.require(s.reported("flags", 2) == Text{"0", "1"}, rules::kTooLarge,
            "a body of one byte more came without XP_BODY_TOO_LARGE, or not at all");
  s.require(s.reported("body", 2).back() == "0", rules::kTooLarge,
            "it came with XP_BODY_TOO_LARGE and a body");
  s.ends_well();
}

}  // namespace

std::vector<Case> request_cases() {
  return {{"completes_twice", "completes_twice", "an exchange is answered once", answered_once},
          {"writes_after_the_end", "writes_after_the_end", "a stream is over with its end", ended_once},
          {"bad_status", "bad_status", "a status that is none becomes 500", refused_answer},
          {"splits_headers", "splits_headers", "a line break in a header becomes 500", refused_answer},
          {"never_completes", "never_completes", "an exchange that is never answered holds up no end",
           ends_without_an_answer},
          {"watches_twice", "watches_twice", "a second watch is released", second_watch},
          {"paths", "says_what_it_sees", "what a route covers, and how its path comes", what_a_route_covers},
          {"repeated_headers", "says_what_it_sees", "no header is lost where a name stands twice",
           repeated_headers},
          {"body_too_large", "says_what_it_sees", "a body of max_body bytes comes, one more does not",
           body_too_large}};
}

}  // namespace restanza::hostcheck
