// SPDX-License-Identifier: MIT
// How often a stanza is parsed on its way out: the test stands between the gate for XML and its parser.
#include <dlfcn.h>
#include <expat.h>

#include <atomic>

#include "support/directory.h"
#include "unit/webhook/running.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;

namespace {

std::atomic<size_t> parses{0};

}  // namespace

// Stands before the library's for all that is linked here.
extern "C" enum XML_Status XML_Parse(XML_Parser parser, const char* text, int size, int last) {
  static const auto parse = reinterpret_cast<decltype(&XML_Parse)>(dlsym(RTLD_NEXT, "XML_Parse"));
  ++parses;
  return parse(parser, text, size, last);
}

namespace {

// Gets JSON, and so needs the tree; answers 503 as often as it is told, and then 204.
struct Counting {
  explicit Counting(int failures = 0) : failures_left(failures) {}
  std::atomic<int> failures_left;
  std::atomic<int> posts{0};
  MemoryEndpoint http{MemoryEndpoint::each_request([this](const std::string&) {
    ++posts;
    return response(failures_left-- > 0 ? 503 : 204);
  })};
};

constexpr const char* kClient = "jabber:client";

}  // namespace

TEST_CASE("a stanza is parsed once for its filters, two endpoints and another attempt") {
  const bool filtered = GENERATE(true, false);
  Counting first(1), second;
  Running r(first.http, Running::By::hand);
  r.settings[0].format = mapping::Format::json;
  if (filtered) r.settings[0].namespaces = {kClient};
  r.add("second", second.http);
  r.start();
  xmpp::Stanza one = message("a@localhost", "1");
  parses = 0;
  r.give(std::move(one));
  REQUIRE(r.pass_time(100ms, [&] { return first.posts == 2 && second.posts == 1; }));
  REQUIRE(r.drain());
  CHECK(parses == 1);
}

TEST_CASE("what is read from the journal is parsed once, and not for each attempt") {
  const Directory directory;
  Counting endpoint(2);
  const auto start = [&](Running& r) {
    r.journal_settings.directory = directory.path();
    r.settings[0].format = mapping::Format::json;
    r.start();
  };
  {
    Running r(endpoint.http, Running::By::hand);
    start(r);
    r.dispatcher->pause("default");
    r.give(message("a@localhost", "1"));
    REQUIRE(r.pass_time(0ms, [&] { return r.dispatcher->report()[0].waiting == 1; }));
  }
  Running r(endpoint.http, Running::By::hand);
  start(r);
  parses = 0;
  r.dispatcher->resume("default");
  REQUIRE(r.pass_time(100ms, [&] { return endpoint.posts == 3; }));
  REQUIRE(r.drain());
  CHECK(parses == 1);
}

TEST_CASE("for an endpoint that gets XML, and asks for nothing inside, no tree is made") {
  Counting endpoint(1);
  Running r(endpoint.http, Running::By::hand);
  r.start();
  xmpp::Stanza one = message("a@localhost", "1");
  parses = 0;
  r.give(std::move(one));
  REQUIRE(r.pass_time(100ms, [&] { return endpoint.posts == 2; }));
  REQUIRE(r.drain());
  CHECK(parses == 0);
}
