// SPDX-License-Identifier: MIT
#include "rest/access/audit.h"

#include <algorithm>
#include <string>
#include <vector>

#include "rest/access/digest.h"
#include "support/catch.h"
#include "unit/rest/rest_world.h"

using namespace restanza;
using namespace restanza::rest;
using namespace std::chrono_literals;

namespace {

http::Request from(const std::string& peer, http::Request request) {
  request.peer = peer;
  return request;
}

// The lines about credentials; there are others too.
std::vector<std::string> lines_of(const Lines& log) {
  std::vector<std::string> lines;
  const std::string all = log.of(Level::warn);
  for (const auto line : split(all, '\n')) {
    if (line.find("credentials refused") == 0) lines.emplace_back(line);
  }
  return lines;
}

// What one request leaves there; empty: nothing.
std::string line_of(RestWorld& world, const http::Request& request) {
  const size_t before = lines_of(world.log).size();
  world.ask(request);
  const auto lines = lines_of(world.log);
  return lines.size() > before ? lines[before] : std::string();
}

}  // namespace

TEST_CASE("who is refused, from where, for what and why stands in one line") {
  auto settings = credential_settings();
  settings.tokens = {token(), token()};
  settings.tokens[1].name = "old one";
  settings.tokens[1].sha256 = sha256("old");
  settings.tokens[1].expires = WallTime();
  RestWorld world(settings);
  CHECK(line_of(world, from("192.0.2.7", post(kMessage, basic("alice", "guess")))) ==
        R"(credentials refused: who="alice" peer="192.0.2.7" method="POST" path="/rest" )"
        R"(why="wrong name or password")");
  CHECK(line_of(world, from("2001:db8::1", post("", basic("rest.localhost", "guess"), "/echo"))) ==
        R"(credentials refused: who="rest.localhost" peer="2001:db8::1" method="POST" path="/rest/echo" )"
        R"(why="wrong secret")");
  CHECK(line_of(world, from("192.0.2.7", post(kMessage, "Bearer guess"))) ==
        R"(credentials refused: who="bearer token" peer="192.0.2.7" method="POST" path="/rest" )"
        R"(why="unknown token")");
  CHECK(line_of(world, from("192.0.2.7", post(kMessage, "Bearer old"))) ==
        R"(credentials refused: who="token old one" peer="192.0.2.7" method="POST" path="/rest" )"
        R"(why="the token has expired")");
  CHECK(line_of(world, from("192.0.2.7", post(kMessage, "Basic guess"))) ==
        R"(credentials refused: who="" peer="192.0.2.7" method="POST" path="/rest" why="malformed")");
  CHECK(line_of(world, from("192.0.2.7", post(kMessage, "guess"))) ==
        R"(credentials refused: who="" peer="192.0.2.7" method="POST" path="/rest" )"
        R"(why="no scheme that is known here, or nothing behind it")");
  world.accounts.there = false;
  CHECK(line_of(world, from("192.0.2.7", post(kMessage, basic("bob", "guess"))))
            .find(R"(who="bob" peer="192.0.2.7" method="POST" path="/rest" why="unknown name")") !=
        std::string::npos);
}

TEST_CASE("a good credential that lacks the right is written down with its own name") {
  auto settings = credential_settings();
  settings.tokens = {token()};
  settings.tokens[0].kinds = static_cast<uint32_t>(xmpp::Kind::message);
  settings.tokens[0].to = {"*@localhost"};
  settings.tokens[0].from = {"bot@rest.localhost"};
  RestWorld world(settings);
  http::Request metrics = post("", "Bearer t0ken", "/metrics");
  metrics.method = "GET";
  CHECK(line_of(world, from("192.0.2.7", metrics)) ==
        R"(credentials refused: who="token test" peer="192.0.2.7" method="GET" path="/rest/metrics" )"
        R"(why="This needs the right 'admin'")");
  const auto why = [&](const std::string& stanza) {
    const std::string line = line_of(world, post(stanza, "Bearer t0ken"));
    return line.substr(std::min(line.size(), line.find("why=")));
  };
  CHECK(why("<presence to='bob@localhost'/>") == R"(why="This token may not send 'presence'")");
  CHECK(why("<message to='bob@elsewhere'/>") == R"(why="This token may not send to 'bob@elsewhere'")");
  CHECK(why("<message to='bob@localhost' from='eve@rest.localhost'/>") ==
        R"(why="Not authorized to send stanza with requested 'from'")");
  CHECK(why("<message to='@'/>") == "");  // 422: not a matter of rights
  http::Request echo = post("<message from='eve@rest.localhost'/>", "Bearer t0ken", "/echo");
  CHECK(line_of(world, echo).find("path=\"/rest/echo\" why=\"Not authorized") != std::string::npos);
}

TEST_CASE("who brings no credentials is asked for some, and that is no line") {
  RestWorld world;
  CHECK(world.ask(post(kMessage, ""))->status() == 401);
  CHECK(lines_of(world.log).empty());
}

TEST_CASE("no secret and no part of one reaches the log, whatever goes wrong") {
  const std::string secret = "Tr0ub4dor";
  auto settings = credential_settings();
  settings.component_secret = secret + "-component";
  settings.tokens = {token(), token()};
  settings.tokens[0].sha256 = sha256(secret + "-good");
  settings.tokens[0].rights = 0;
  settings.tokens[1].sha256 = sha256(secret + "-expired");
  settings.tokens[1].expires = WallTime();
  RestWorld world(settings);
  const std::string pair = "alice:" + secret;
  const std::string as_name = secret + "-component";
  for (const std::string& authorization :
       {basic("alice", secret), basic("alice", secret + "-component"), basic("rest.localhost", secret),
        "Bearer " + secret, "Bearer " + secret + "-good", "Bearer " + secret + "-expired",
        "Bearer " + base64(pair), "Basic " + secret, "Basic " + base64(secret),
        "Basic " + base64(":" + secret), "Basic " + base64(secret + "\xFF:x"), secret, "Digest " + secret,
        secret + " " + secret, basic(secret, ""), basic(as_name, "x"), basic(secret + "-good", "x"),
        basic(secret + "-expired", "x")}) {
    for (int i = 0; i < 3; ++i) {
      http::Request request = post(kMessage, authorization);
      request.query = "access_token=" + secret;
      CHECK(world.ask(request)->status() != 202);
    }
    world.pass(1s);
  }
  const std::string log = world.log.of(Level::warn) + world.log.of(Level::info) + world.log.of(Level::error) +
                          world.log.of(Level::debug);
  INFO(log);
  CHECK(lines_of(world.log).size() > 30);
  CHECK(log.find(secret) == std::string::npos);
  CHECK(log.find(base64(secret).substr(0, 8)) == std::string::npos);
  CHECK(log.find(base64(pair).substr(0, 12)) == std::string::npos);
  CHECK(log.find("who=\"(a secret in the name's place)\"") != std::string::npos);
  CHECK(log.find("who=\"(a name without a password)\"") != std::string::npos);
}

TEST_CASE("what a client writes can neither begin a line nor look like another part of one") {
  RestWorld world;
  http::Request request = post(kMessage, basic("eve\" peer=\"1\nforged\x1b[2J\\\xC3\xA4", "x"), "/a\"b\n");
  request.method = "GE\"T";
  CHECK(line_of(world, from("192.0.2.7\n", request)) ==
        R"(credentials refused: who="eve\x22 peer=\x221\x0aforged\x1b[2J\x5c\xc3\xa4" )"
        R"(peer="192.0.2.7\x0a" method="GE\x22T" path="/rest/a\x22b\x0a" why="wrong name or password")");
}

TEST_CASE("texts are shown up to their length, and one byte more is cut") {
  CHECK(quoted("four", 4) == "\"four\"");
  CHECK(quoted("fours", 4) == "\"four...\"");
  RestWorld world;
  const std::string line =
      line_of(world, post(kMessage, basic(std::string(5000, 'n'), "x"), "/" + std::string(5000, 'p')));
  CHECK(line.find("who=\"" + std::string(Audit::kName, 'n') + "...\"") != std::string::npos);
  CHECK(line.find("path=\"/rest/" + std::string(Audit::kPath - 6, 'p') + "...\"") != std::string::npos);
}

TEST_CASE("a flood fills no log: so many lines in a second, and one that says how many more there were") {
  RestWorld world;
  for (size_t i = 0; i < Audit::kLines; ++i) world.ask(post(kMessage, "Basic x"));
  CHECK(lines_of(world.log).size() == Audit::kLines);
  for (int i = 0; i < 1000; ++i) world.ask(post(kMessage, "Basic x"));
  CHECK(lines_of(world.log).size() == Audit::kLines);
  world.pass(1s);
  const auto lines = lines_of(world.log);
  CHECK(lines.size() == Audit::kLines + 1);
  CHECK(lines.back() == "credentials refused: 1000 more, left out here");
  world.ask(post(kMessage, "Basic x"));
  CHECK(lines_of(world.log).size() == Audit::kLines + 2);
  world.pass(1h);
  CHECK(lines_of(world.log).size() == Audit::kLines + 2);
}

TEST_CASE("what was left out is told at the end as well") {
  FakeClock clock;
  Timer timer{clock};
  Lines log;
  {
    const Audit audit("/rest", clock, timer, log);
    for (size_t i = 0; i < Audit::kLines + 3; ++i) audit.refused({}, "eve", "x");
  }
  CHECK(lines_of(log).back() == "credentials refused: 3 more, left out here");
  clock.advance(1h);
  timer.run_due();  // finds nothing to touch
}
