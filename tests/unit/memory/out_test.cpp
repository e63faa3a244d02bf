// SPDX-License-Identifier: MIT
// Memory is short once on a message's way to an endpoint, at each allocation in turn: the message is refused,
// or it gets there, at another try perhaps; and the next one gets there in any case.
#include "support/catch.h"
#include "unit/memory/scarce_world.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;

namespace {

struct ScarceMessage : ScarceWorld {
  long requests = 1;  // of each message
  // An iq: its sender is told where the endpoint is dead, or where the clock, which the test moves while
  // threads wake up, has passed its deadline.
  bool may_expire = false;

  bool arrived(const std::string& id) { return asked_of(id) >= requests; }
  // Nothing is under way.
  bool settled() {
    return pass_time([&] { return r.dispatcher->report()[0].waiting == 0 && r.journal->waiting() == 0; });
  }
  // Where this throws the host tells the sender.
  bool offer(xmpp::Stanza one) {
    try {
      const NotSpared plugins;
      return r.offer(std::move(one)) == xmpp::Offered::taken;
    } catch (const std::bad_alloc&) {
      return false;
    }
  }

  // Each allocation fails in turn until a message needs no more.
  void play(const std::function<xmpp::Stanza(const std::string& id)>& make) {
    r.start();
    REQUIRE(pass_time([&] { return r.dispatcher->report()[0].state == "active"; }));
    for (long n = 0;; ++n) {
      CAPTURE(n);
      REQUIRE(n < kMostAllocations);
      const std::string id = "scarce" + std::to_string(n), next = "next" + std::to_string(n);
      auto stanza = make(id);
      ScarceMemory::fail_at(n);
      const bool taken = offer(std::move(stanza));
      const bool ended = !taken || pass_time([&] { return arrived(id) || told(id) != 0; });
      const bool failed = ScarceMemory::end();
      CAPTURE(r.log.lines.now(), r.dispatcher->report()[0].waiting, asked.now());
      REQUIRE(ended);
      REQUIRE(settled());
      REQUIRE(offer(make(next)));
      REQUIRE(pass_time([&] { return arrived(next) || (may_expire && told(next) != 0); }));
      REQUIRE(settled());
      if (!failed) break;
    }
    CHECK(pass_time([&] { return r.kept().empty(); }));
  }
};

}  // namespace

TEST_CASE("at each allocation of a message on its way out memory may be short once") {
  ScarceMessage s;
  s.play([](const std::string& id) { return message(user(1), id); });
}

TEST_CASE("the same where the endpoint answers with a reply") {
  ScarceMessage s;
  s.respond = [](const std::string&) {
    return response(200, "application/xmpp+xml", "<message><body>y</body></message>");
  };
  s.play([](const std::string& id) { return message(user(1), id); });
}

TEST_CASE("the same where the endpoint cannot take it at first") {
  ScarceMessage s;
  s.requests = 2;
  s.respond = [&](const std::string& request) {
    return response(s.asked_of(s.id_of(request)) < s.requests ? 503 : 204);
  };
  s.play([](const std::string& id) { return message(user(1), id); });
}

namespace {

struct ScarceJson : ScarceMessage {
  ScarceJson() {
    r.settings[0].format = mapping::Format::json;
    id_of = [](const std::string& request) {
      const std::string name = "\"id\":\"";
      const size_t at = request.find(name) + name.size();
      return request.substr(at, request.find('"', at) - at);
    };
    respond = [](const std::string&) { return response(200, "application/json", R"({"body": "y"})"); };
  }
};

}  // namespace

TEST_CASE("the same where the endpoint speaks JSON") {
  ScarceJson s;
  s.play([](const std::string& id) { return message(user(1), id); });
}

TEST_CASE("the same for a form as JSON, and for what has no mapping") {
  ScarceJson s;
  s.play([](const std::string& id) {
    return stanza("<message type='chat' from='user1@localhost/r' to='bot@rest.localhost' id='" + id +
                  "'><body>x</body><x xmlns='jabber:x:data' type='form'><title>t</title>"
                  "<field var='a' type='list-multi'><value>1</value><value>2</value></field></x>"
                  "<delay xmlns='urn:xmpp:delay' stamp='2024-01-01T00:00:00Z'/>"
                  "<unknown xmlns='urn:unknown' a='b'/></message>");
  });
}

namespace {

xmpp::Stanza ping(const std::string& id) {
  return stanza("<iq type='get' from='user1@localhost/r' to='bot@rest.localhost' id='" + id +
                "'><ping xmlns='urn:xmpp:ping'/></iq>");
}

}  // namespace

TEST_CASE("the same for an iq, which the journal does not keep") {
  ScarceMessage s;
  s.may_expire = true;
  s.play(ping);
}

TEST_CASE("the same for an iq where the endpoint is dead") {
  ScarceMessage s;
  s.may_expire = true;
  s.respond = [](const std::string&) { return std::string(); };
  s.play(ping);
}
