// SPDX-License-Identifier: MIT
#include "webhook/request/negotiation.h"

#include <atomic>

#include "unit/webhook/running.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;
using mapping::Format;

namespace {

const std::string kStanza =
    "<message id='1' from='u@localhost/r' to='bot@rest.localhost'><body>Hi</body></message>";

std::string accepting(const std::string& accept) {
  return "HTTP/1.1 200 OK\r\nAccept: " + accept + "\r\nContent-Length: 0\r\n\r\n";
}

std::string content_type(const std::string& request) {
  const size_t at = request.find("\r\nContent-Type: ") + 16;
  return request.substr(at, request.find("\r\n", at) - at);
}

struct Negotiating : Running {
  explicit Negotiating(MemoryEndpoint& endpoint) : Running(endpoint) {
    settings[0].max_connections = 1;
    settings[0].retry = false;
  }
  void deliver() {
    give(stanza(kStanza));
    REQUIRE(drain());
  }
  // What was said of the endpoint, with its level in front.
  std::vector<std::string> said_of_it() {
    std::vector<std::string> lines;
    for (const auto& [level, line] : log.levelled.now()) {
      const char* name = level == Level::error ? "error: " : level == Level::warn ? "warn: " : "info: ";
      if (line.rfind("endpoint 'default' (", 0) != 0) continue;
      lines.push_back(name + line.substr(line.find(") ") + 2));  // without its name and origin
    }
    return lines;
  }
};

// What the endpoint is asked with, how it is written to, and what the log holds, for one answer to OPTIONS.
struct Course {
  std::vector<std::string> requests, said;
};

Course course(const std::string& answer, Format configured = Format::xml,
              const std::string& target = "/stanzas") {
  Collected<std::string> requests;
  MemoryEndpoint endpoint([&](const std::string& request) {
    requests.add(request);
    return is_probe(request) ? answer : response(204);
  });
  Negotiating r(endpoint);
  r.settings[0].url = endpoint.url(target);
  r.settings[0].format = configured;
  r.start();
  r.deliver();
  return {requests.now(), r.said_of_it()};
}

}  // namespace

TEST_CASE("an endpoint that asks for JSON gets JSON from the first stanza on") {
  const Course got = course(accepting("application/json"));
  REQUIRE(got.requests.size() == 2);
  CHECK(got.requests[0].rfind("OPTIONS /stanzas HTTP/1.1\r\n", 0) == 0);
  CHECK(content_type(got.requests[1]) == "application/json");
  CHECK(got.requests[1].substr(got.requests[1].find("\r\n\r\n") + 4) ==
        R"({"body":"Hi","from":"u@localhost/r","id":"1","kind":"message","to":"bot@rest.localhost"})");
  CHECK(got.said == std::vector<std::string>{"info: gets application/json, which it asked for"});
}

TEST_CASE("the request that asks has the URL's fields of its own") {
  CHECK(course(response(200), Format::xml, "/{kind}/{type}?to={to}&from={from}")
            .requests.at(0)
            .rfind("OPTIONS /meta/info?to=rest.localhost&from=rest.localhost HTTP/1.1\r\n", 0) == 0);
}

TEST_CASE("several Accept fields are one list") {
  const Course got =
      course("HTTP/1.1 200 OK\r\nAccept: text/html\r\nAccept: application/json\r\nContent-Length: 0\r\n\r\n");
  CHECK(content_type(got.requests.at(1)) == "application/json");
}

TEST_CASE("an endpoint that does not say what it likes gets what is configured") {
  const Course silent = course(response(200, "text/html", "<p>hello</p>"), Format::json);
  CHECK(content_type(silent.requests.at(1)) == "application/json");
  CHECK(silent.said.empty());
  const Course other = course(accepting("text/html"), Format::json);
  CHECK(content_type(other.requests.at(1)) == "application/json");
  CHECK(other.said == std::vector<std::string>{
                          "warn: accepts none of the formats that there are; it gets application/json"});
}

TEST_CASE("success without a body can say what is accepted too") {
  const Course got = course("HTTP/1.1 204 No Content\r\nAccept: application/json\r\n\r\n");
  CHECK(content_type(got.requests.at(1)) == "application/json");
}

TEST_CASE("a status other than success is a warning, whatever it accepts") {
  for (const int status : {301, 404, 501}) {
    const std::string code = std::to_string(status);
    const Course got =
        course("HTTP/1.1 " + code + " X\r\nAccept: application/json\r\nContent-Length: 0\r\n\r\n");
    CHECK(content_type(got.requests.at(1)) == "application/xmpp+xml");
    CHECK(got.said == std::vector<std::string>{"warn: answers an OPTIONS request with " + code +
                                               "; it gets application/xmpp+xml"});
  }
}

TEST_CASE("an endpoint is asked at the start without any stanza, and not before the start") {
  Collected<std::string> requests;
  MemoryEndpoint endpoint([&](const std::string& request) {
    requests.add(request);
    return accepting("application/json");
  });
  Negotiating r(endpoint);
  r.make();
  CHECK(endpoint.connections() == 0);
  REQUIRE(r.dispatcher->start());
  CHECK(requests.wait(1).size() == 1);
}

TEST_CASE("however many deliveries there are, one request asks, and all have its answer") {
  Door hold;
  std::atomic<int> probes{0};
  Collected<std::string> types;
  MemoryEndpoint endpoint([&](const std::string& request) {
    if (is_probe(request)) {
      ++probes;
      hold.pass();
      return accepting("application/json");
    }
    types.add(content_type(request));
    return response(204);
  });
  Negotiating r(endpoint);
  r.settings[0].max_connections = 8;
  const auto begin = std::chrono::steady_clock::now();
  r.start();
  for (int i = 0; i < 100; ++i) {
    const std::string from = "u" + std::to_string(i) + "@localhost";
    r.give(stanza("<message from='" + from + "' to='bot@rest.localhost'/>"));
  }
  hold.open();
  REQUIRE_FALSE(types.wait(1).empty());
  const bool all_waited = std::chrono::steady_clock::now() - begin < Negotiation::kPatience;
  const auto seen = types.wait(100);
  REQUIRE(seen.size() == 100);
  for (const std::string& type : seen) CHECK((!all_waited || type == "application/json"));
  CHECK(probes == 1);
}

TEST_CASE("an endpoint that does not answer OPTIONS holds up a delivery for the named time and no longer") {
  Collected<std::string> requests;
  MemoryEndpoint endpoint([&](const std::string& request) {
    requests.add(request);
    return is_probe(request) ? MemoryEndpoint::kLate : response(204);
  });
  Negotiating r(endpoint);
  r.start();
  r.deliver();
  REQUIRE(r.log.lines.wait(2).size() == 2);  // the first is of the journal
  const auto seen = requests.now();
  REQUIRE(seen.size() == 2);
  CHECK(is_probe(seen[0]));
  CHECK(endpoint.given().at(0) == Negotiation::kPatience);
  CHECK(content_type(seen[1]) == "application/xmpp+xml");
  CHECK(r.said_of_it().at(0) ==
        "warn: does not answer an OPTIONS request in time; it gets application/xmpp+xml");
}

TEST_CASE(
    "an endpoint that is not up yet at the start is no error, and asked again before the first delivery") {
  std::atomic<bool> up{false};
  Collected<std::string> requests;
  MemoryEndpoint endpoint([&](const std::string& request) {
    requests.add(request);
    if (!up) return std::string();  // breaks off without an answer
    return is_probe(request) ? accepting("application/json") : response(204);
  });
  Negotiating r(endpoint);
  r.start();
  REQUIRE(r.log.lines.wait(2).size() == 2);  // the first is of the journal
  CHECK_THAT(r.said_of_it().at(0), StartsWith("warn: cannot be reached yet: "));
  up = true;
  r.deliver();
  const auto seen = requests.now();
  REQUIRE(seen.size() == 3);
  CHECK(is_probe(seen[1]));
  CHECK(content_type(seen[2]) == "application/json");
  CHECK(r.said_of_it().size() == 3);
}

TEST_CASE("after a failure the endpoint is asked again, and what it says then counts") {
  enum class State { asks_xml, away, asks_json };
  std::atomic<State> state{State::asks_xml};
  Collected<std::string> requests;
  MemoryEndpoint endpoint([&](const std::string& request) {
    const State now = state;  // before the test hears of the request, and changes it
    requests.add(is_probe(request) ? "OPTIONS" : content_type(request));
    if (now == State::away) return std::string();
    const char* accept = now == State::asks_xml ? "application/xmpp+xml" : "application/json";
    return is_probe(request) ? accepting(accept) : response(204);
  });
  Negotiating r(endpoint);
  r.start();
  const auto deliver = [&](size_t requests_so_far) {
    r.give(stanza(kStanza));
    REQUIRE(requests.wait(requests_so_far).size() == requests_so_far);
  };
  deliver(2);
  deliver(3);  // no failure, no question
  state = State::away;
  deliver(4);
  REQUIRE(r.replies.wait(1).size() == 1);
  deliver(6);  // asked, tried nevertheless
  REQUIRE(r.replies.wait(2).size() == 2);
  state = State::asks_json;
  deliver(8);
  deliver(9);
  CHECK(requests.now() == std::vector<std::string>{"OPTIONS", "application/xmpp+xml", "application/xmpp+xml",
                                                   "application/xmpp+xml", "OPTIONS", "application/xmpp+xml",
                                                   "OPTIONS", "application/json", "application/json"});
  r.dispatcher->stop();
  const auto said = r.said_of_it();
  REQUIRE(said.size() == 3);  // that it asks for what it gets anyway is nothing new
  CHECK_THAT(said[0], StartsWith("error: cannot be reached: "));
  CHECK(said[1] == "info: gets application/json, which it asked for");
  CHECK_THAT(said[2], StartsWith("info: answers again, after "));
}

TEST_CASE("an endpoint that only breaks off at OPTIONS is asked once more and then left alone") {
  Collected<std::string> requests;
  MemoryEndpoint endpoint([&](const std::string& request) {
    requests.add(request.substr(0, request.find(' ')));
    return is_probe(request) ? std::string() : response(204);
  });
  Negotiating r(endpoint);
  r.start();
  REQUIRE(r.log.lines.wait(2).size() == 2);  // the first is of the journal
  for (int i = 0; i < 3; ++i) r.give(stanza(kStanza));
  r.deliver();
  CHECK(requests.now() == std::vector<std::string>{"OPTIONS", "OPTIONS", "POST", "POST", "POST", "POST"});
}

TEST_CASE("stopping does not wait for an answer to OPTIONS") {
  Door asked;
  MemoryEndpoint endpoint([&](const std::string&) {
    asked.open();
    return MemoryEndpoint::kUntilAborted;
  });
  Negotiating r(endpoint);
  r.settings[0].max_connections = 2;
  r.start();
  r.give(stanza(kStanza));
  REQUIRE(asked.pass());
  const auto begin = std::chrono::steady_clock::now();
  r.dispatcher->stop();
  CHECK(std::chrono::steady_clock::now() - begin < kPatience / 2);  // the endpoint is silent for longer
  CHECK(r.replies.wait(1).size() == 1);
}
