// SPDX-License-Identifier: MIT
// What the rows of all resources tell of themselves: whole, and the same as the document says.
#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "rest/routing/resource.h"
#include "support/catch.h"
#include "unit/rest/rest_world.h"

using namespace restanza;
using namespace restanza::rest;

namespace {

// All rows, in the order of their paths.
std::vector<const Route*> rows(const RestWorld& world) {
  std::vector<const Route*> all;
  for (const auto& place : world.resources.router.routes().places()) {
    for (const Route& route : place.routes) all.push_back(&route);
  }
  return all;
}

bool is_sentence(const std::string& text) {
  return text.size() > 2 && text.size() < 200 && text[0] >= 'A' && text[0] <= 'Z' && text.back() == '.' &&
         text.find('\n') == std::string::npos;
}

// "{id}" of "/things/{id}" without its braces.
std::set<std::string> names_in(const std::string& path) {
  std::set<std::string> names;
  for (size_t at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1)) {
    names.insert(path.substr(at + 1, path.find('}', at) - at - 1));
  }
  return names;
}

std::string word(Right right) {
  return right == Right::none      ? "none"
         : right == Right::any     ? "any"
         : right == Right::send    ? "send"
         : right == Right::receive ? "receive"
         : right == Right::follow  ? "follow"
                                   : "admin";
}

// The summary as a cell of the document's table.
std::string cell(std::string summary) {
  summary[0] = static_cast<char>(summary[0] - 'A' + 'a');
  summary.pop_back();
  return summary;
}

// The lines of a table in the document, without its head.
std::set<std::string> table_below(const std::string& heading) {
  std::ifstream file(HTTP_API);
  std::set<std::string> lines;
  std::string line;
  while (std::getline(file, line) && line != heading) {
  }
  while (std::getline(file, line) && line.rfind("## ", 0) != 0) {
    const bool head = line.rfind("| route", 0) == 0 || line.rfind("| status", 0) == 0;
    if (line.rfind("| ", 0) == 0 && !head && line.rfind("| ---", 0) != 0) lines.insert(line);
  }
  REQUIRE_FALSE(lines.empty());
  return lines;
}

// A resource of whoever comes next.
class Weather final : public Resource {
 public:
  Routes routes() const override {
    return {{"GET",
             "/weather/{place}",
             Right::admin,
             "weather",
             [](http::Exchange e, const http::Request&, const Caller&, const PathValues& v) {
               e.respond({200, {}, "It rains at " + v[0] + "\n"});
             },
             {"Tells what the weather is like.",
              {{"place", Parameter::In::path, true, "Where."}},
              {},
              {{200, "The weather."}},
              {{"Last-Modified", "When somebody looked out of the window."}},
              "the weather of a place is at '/weather/{place}'"}},
            {"PUT",
             "/weather/{place}",
             Right::admin,
             "weather",
             [](http::Exchange e, const http::Request&, const Caller&, const PathValues&) {
               e.respond({204, {}, {}});
             },
             {"Makes the weather.",
              {{"place", Parameter::In::path, true, "Where."},
               {"If-Match", Parameter::In::header, false, "The weather as it was."}},
              {},
              {{204, "It is made."}}}}};
  }
};

}  // namespace

TEST_CASE("every row has a summary, sentences for what it takes, and an answer that is good") {
  const RestWorld world;
  for (const Route* row : rows(world)) {
    CAPTURE(row->method, row->path);
    const Description& told = row->description;
    CHECK(is_sentence(told.summary));
    std::set<std::string> in_path;
    std::set<std::string> names;
    for (const Parameter& parameter : told.parameters) {
      CAPTURE(parameter.name);
      CHECK(is_sentence(parameter.sentence));
      CHECK(names.insert(parameter.name).second);
      if (parameter.in != Parameter::In::path) continue;
      CHECK(parameter.required);
      in_path.insert(parameter.name);
    }
    CHECK(in_path == names_in(row->path));
    std::set<std::string> headers;
    for (const AnswerHeader& header : told.headers) {
      CAPTURE(header.name);
      CHECK(is_sentence(header.sentence));
      CHECK(headers.insert(header.name).second);
    }
    CHECK((told.bodies.empty() || std::string(row->method) == "POST"));
    CHECK(std::count_if(told.answers.begin(), told.answers.end(),
                        [](const Answer& each) { return each.status / 100 == 2; }) >= 1);
    int last = 0;
    for (const Answer& answer : answers_of(*row)) {
      CHECK(is_sentence(answer.sentence));
      CHECK(answer.status > last);
      last = answer.status;
    }
  }
}

TEST_CASE(
    "who must have credentials may be told that they are wrong, and an admin that they are not enough") {
  const auto statuses = [](Right right) {
    std::string text;
    for (const Answer& each : answers_of({"GET", "/x", right, "x", {}, {"X.", {}, {}, {{200, "X."}}}}))
      text += std::to_string(each.status) + " ";
    return text;
  };
  CHECK(statuses(Right::none) == "200 403 500 503 ");
  CHECK(statuses(Right::any) == "200 401 403 429 500 503 ");
  CHECK(statuses(Right::send) == "200 401 403 429 500 503 ");
  CHECK(statuses(Right::admin) == "200 401 403 413 429 500 503 ");
}

TEST_CASE("what a row says itself of a status stands before what is said of it in general") {
  const auto answers = answers_of({"GET", "/x", Right::none, "x", {}, {"X.", {}, {}, {{503, "No."}}}});
  REQUIRE(answers.size() == 3);
  CHECK(answers[2].sentence == std::string("No."));
}

TEST_CASE("the document's table of routes says what the rows say") {
  const RestWorld world;
  std::set<std::string> lines;
  for (const Route* row : rows(world)) {
    lines.insert(std::string("| `") + row->method + " /rest" + row->path + "` | " + word(row->right) + " | " +
                 cell(row->description.summary) + " |");
  }
  CHECK(lines == table_below("## Routes"));
}

TEST_CASE("the document's table of statuses has those that rows have, and no others") {
  const RestWorld world;
  std::set<std::string> in_rows;
  for (const Route* row : rows(world)) {
    for (const Answer& answer : answers_of(*row)) {
      if (answer.status >= 400) in_rows.insert(std::to_string(answer.status));
    }
  }
  std::set<std::string> documented = {"500"};  // whatever goes wrong
  for (const std::string& line : table_below("## Answers and errors")) documented.insert(line.substr(2, 3));
  in_rows.insert("405");  // of a path, not of a row
  CHECK(in_rows == documented);
}

TEST_CASE("a new resource is routed, guarded, counted and told of by its row alone") {
  RestWorld world;
  const Weather weather;
  const Router router(weather.routes(), world.resources.credentials, world.tickets, world.metrics,
                      world.clock, {"*"});
  const auto ask = [&](const char* method, const std::string& authorization,
                       const char* path = "/weather/oslo") {
    auto request = post("", authorization, path);
    request.method = method;
    auto answer = std::make_shared<MemoryAnswer>();
    router.handle(http::Exchange(std::make_unique<MemoryResponder>(answer)), std::move(request));
    return answer;
  };
  CHECK(ask("GET", as_component())->body() == "It rains at oslo\n");
  CHECK(ask("GET", "")->status() == 401);
  CHECK(ask("GET", basic("alice", "wonder:land"))->status() == 403);
  CHECK(ask("PUT", as_component())->status() == 204);
  CHECK(ask("POST", as_component())->header("Allow") == "GET, HEAD, PUT, OPTIONS");
  const auto preflight = ask("OPTIONS", "");
  CHECK(preflight->header("Access-Control-Allow-Methods") == "GET, OPTIONS, PUT");
  CHECK(preflight->header("Access-Control-Allow-Headers") == "Authorization, Content-Type, If-Match");
  CHECK(preflight->header("Access-Control-Expose-Headers") == "Last-Modified");
  CHECK_THAT(ask("DELETE", as_component(), "/weather/oslo/tomorrow")->body(),
             Contains("the weather of a place is at '/rest/weather/{place}'"));
  CHECK(world.metrics.text().find(R"({code="200",method="GET",resource="weather"} 1)") != std::string::npos);
  CHECK(world.metrics.text().find(R"({code="204",method="PUT",resource="weather"} 1)") != std::string::npos);
}
