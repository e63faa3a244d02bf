// SPDX-License-Identifier: MIT
// Memory is short once in the embedded server, at each allocation in turn: that costs at most one client's
// connection, or one stanza, of which its sender is told. The server goes on, and the next one is served.
#include <atomic>
#include <memory>
#include <new>
#include <string>

#include "server_fixture.h"
#include "support/catch.h"
#include "support/collected.h"
#include "support/scarce_memory.h"

using namespace restanza;

namespace {

// Places that are not given back show soon.
void be_narrow(host::LocalSettings& settings) {
  settings.max_clients = 8;
  settings.max_resources = 4;
  settings.link_offers = 4;
  settings.close_timeout = std::chrono::milliseconds(50);
}

// Hooks that need no memory and return each stanza at once.
class PassingHooks final : public host::Inbound {
 public:
  void offer(xmpp::Stanza stanza, bool, std::function<void(xmpp::Stanza, host::Offer)> after) override {
    ++(stanza.type == "error" ? errors : others);
    after(std::move(stanza), host::Offer::passed);
  }
  std::atomic<int> errors{0}, others{0};
};

// A client that may lose its connection at any time.
class Guest {
 public:
  explicit Guest(const ServerFixture& server) : client_(server.address) {}

  // Says it and waits for what begins like that, whatever else comes before. False: the stream has ended.
  bool say(const std::string& text, const std::string& awaited) {
    open_ = open_ && client_.try_send(text);
    while (open_) {
      const std::string came = client_.next();
      REQUIRE(came != "nothing came");
      if (came.compare(0, awaited.size(), awaited) == 0) return true;
      all_ += came;
      open_ = came != "end" && came != "</stream:stream>";
    }
    return false;
  }
  // All that it has got and not waited for, since the last time.
  std::string others() { return std::exchange(all_, ""); }
  bool open() const { return open_; }

  bool come() { return say(kHeader, "<features "); }
  bool log_in(const std::string& auth) {
    return come() && say(auth, "<success ") && say(kHeader, "<features ") &&
           say("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
               "<resource>a resource that a string has no room for</resource></bind></iq>",
               "<iq type='result' id='b'");
  }
  bool be_there() { return say("<presence/>", "<presence "); }
  bool ping() { return say(kPing, "<iq type='result' id='p'"); }
  // False where it was not told so in order.
  bool leave() { return say("</stream:stream>", "</stream:stream>"); }

  static constexpr const char* kPing =
      "<iq type='get' to='localhost' id='p'><ping xmlns='urn:xmpp:ping'/></iq>";

 private:
  static constexpr const char* kHeader =
      "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
      "to='localhost' version='1.0'>";
  RawClient client_;
  std::string all_;
  bool open_ = true;
};

const std::string kAlice =
    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFsaWNlAHdvbmRlcg==</auth>";
const std::string kBob =
    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGJvYgBidWlsZGVy</auth>";
const std::string kAliceAt = "alice@localhost/a resource that a string has no room for";

struct Scarce {
  Spared spared;  // the test
  ServerFixture server{be_narrow};
  PassingHooks hooks;

  std::unique_ptr<Guest> log_in(const std::string& auth) {
    auto guest = std::make_unique<Guest>(server);
    REQUIRE(guest->log_in(auth));
    REQUIRE(guest->be_there());
    return guest;
  }
  // What the loop has been given until now is done.
  static void settle(host::Link& link) {
    test::Door done;
    link.post([&] { done.open(); });
    REQUIRE(done.pass());
  }
};

// Does `once` with each of its allocations failing in turn, until one needs no more.
template <class Once>
void each_allocation(Once once) {
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    ScarceMemory::fail_at(n);
    if (!once()) break;
  }
}

}  // namespace

TEST_CASE("at each allocation of a client that logs in and leaves memory may be short once") {
  Scarce s;
  each_allocation([&] {
    Guest guest(s.server);
    const bool served = guest.log_in(kAlice) && guest.be_there() && guest.leave();
    const bool failed = ScarceMemory::end();
    CHECK((served || failed));
    Guest next(s.server);
    REQUIRE(next.log_in(kAlice));
    REQUIRE(next.be_there());
    CHECK(next.leave());
    return failed;
  });
}

TEST_CASE("the same for one who logs in with SCRAM, gives up and tries another way") {
  Scarce s;
  each_allocation([&] {
    Guest guest(s.server);
    const bool served = guest.come() &&
                        guest.say("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'>" +
                                      base64("n,,n=alice,r=fyko+d2lbbFgONRv9qkxdawL") + "</auth>",
                                  "<challenge ") &&
                        guest.say("<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "<failure ") &&
                        guest.say(kAlice, "<success ");
    const bool failed = ScarceMemory::end();
    CHECK((served || failed));
    Guest next(s.server);
    REQUIRE(next.come());
    return failed;
  });
}

TEST_CASE("at each allocation of a message between clients memory may be short once") {
  Scarce s;
  auto bob = s.log_in(kBob);
  std::unique_ptr<Guest> alice;
  const auto message = [](const std::string& id) {
    return "<message to='bob@localhost' type='chat' id='" + id + "'><body>Hi</body></message>";
  };
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    if (!alice || !alice->open()) alice = s.log_in(kAlice);
    REQUIRE(bob->ping());
    bob->others();
    ScarceMemory::fail_at(n);
    const bool answered = alice->say(message("scarce") + Guest::kPing, "<iq type='result' id='p'");
    const bool failed = ScarceMemory::end();
    REQUIRE(bob->ping());
    const std::string got = bob->others();
    CAPTURE(got);
    if (answered) {  // he has got it, or she was told that he has not
      CHECK((got + alice->others()).find("id='scarce'") != std::string::npos);
    } else {
      CHECK(failed);
      CHECK(got.find("type='unavailable'") != std::string::npos);
      alice = s.log_in(kAlice);
    }
    REQUIRE(alice->say(message("next") + Guest::kPing, "<iq type='result' id='p'"));
    REQUIRE(bob->ping());
    CHECK(bob->others().find("id='next'") != std::string::npos);
    if (!failed) break;
  }
}

TEST_CASE("the same for a message that a plugin gets") {
  Scarce s;
  const auto link = s.server.server->attach("rest.localhost", s.hooks);
  std::unique_ptr<Guest> alice;
  const std::string message = "<message to='bot@rest.localhost' id='1'><body>Hi</body></message>";
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    if (!alice || !alice->open()) alice = s.log_in(kAlice);
    ScarceMemory::fail_at(n);
    const bool answered = alice->say(message, "<message ");  // the link answers what the hooks pass
    const bool failed = ScarceMemory::end();
    CHECK((answered || failed));
    if (!answered) alice = s.log_in(kAlice);
    const int before = s.hooks.others;
    REQUIRE(alice->say(message, "<message "));
    CHECK(s.hooks.others == before + 1);
    if (!failed) break;
  }
}

TEST_CASE("the same for a message that a plugin sends") {
  Scarce s;
  const auto link = s.server.server->attach("rest.localhost", s.hooks);
  const auto alice = s.log_in(kAlice);
  const auto message = [](const std::string& id) {
    return stanza_of("<message from='bot@rest.localhost' to='" + kAliceAt + "' id='" + id + "'/>");
  };
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    const int errors = s.hooks.errors;
    auto one = message("scarce");
    bool sent = false;
    ScarceMemory::fail_at(n);
    try {
      const NotSpared plugins;
      sent = link->send(std::move(one), {}) == XP_OK;
    } catch (const std::bad_alloc&) {  // which the host tells the plugin
    }
    Scarce::settle(*link);
    const bool failed = ScarceMemory::end();
    REQUIRE(alice->ping());
    const bool arrived = alice->others().find("id='scarce'") != std::string::npos;
    CHECK(arrived == (sent && s.hooks.errors == errors));
    REQUIRE(link->send(message("next"), {}) == XP_OK);
    Scarce::settle(*link);
    REQUIRE(alice->ping());
    CHECK(alice->others().find("id='next'") != std::string::npos);
    if (!failed) break;
  }
}

TEST_CASE("a plugin that could not be attached for want of memory can be, and its link ends without any") {
  Scarce s;
  const auto alice = s.log_in(kAlice);
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    std::unique_ptr<host::Link> link;
    ScarceMemory::fail_at(n);
    try {
      const NotSpared hosts;
      link = s.server.server->attach("rest.localhost", s.hooks);
    } catch (const std::bad_alloc&) {
    }
    const bool failed = ScarceMemory::end();
    if (!link) link = s.server.server->attach("rest.localhost", s.hooks);
    REQUIRE(link);
    const int before = s.hooks.others;
    REQUIRE(alice->say("<message to='bot@rest.localhost'/>", "<message "));
    CHECK(s.hooks.others == before + 1);
    ScarceMemory::fail_at(n);
    {
      const NotSpared hosts;
      link.reset();
    }
    const bool failed_at_end = ScarceMemory::end();
    REQUIRE(alice->say("<message to='bot@rest.localhost'/>", "<message "));  // that nobody is there
    CHECK(s.hooks.others == before + 1);
    if (!failed && !failed_at_end) break;
  }
}

TEST_CASE("a link that closes while memory is short tells once that it has") {
  Scarce s;
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    const auto link = s.server.server->attach("rest.localhost", s.hooks);
    std::atomic<int> told{0};
    bool closing = true;
    ScarceMemory::fail_at(n);
    try {
      const NotSpared hosts;
      link->close(std::chrono::seconds(20), [&told](size_t) { ++told; });
    } catch (const std::bad_alloc&) {
      closing = false;
    }
    Scarce::settle(*link);
    const bool failed = ScarceMemory::end();
    CHECK(told == (closing ? 1 : 0));
    if (!failed) break;
  }
}

TEST_CASE("a client that does not log in is sent away though memory is short when its time is over") {
  const Spared test;
  const ServerFixture server([](host::LocalSettings& settings) {
    be_narrow(settings);
    settings.login_timeout = std::chrono::milliseconds(10);
    settings.close_timeout = std::chrono::milliseconds(10);
  });
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    ScarceMemory::fail_at(n);
    Guest silent(server);
    CHECK_FALSE(silent.say("", "what never comes"));
    const bool failed = ScarceMemory::end();
    if (!failed) {
      CHECK(silent.others().find("connection-timeout") != std::string::npos);
      break;
    }
  }
}

TEST_CASE("a server that stops while memory is short ends its streams") {
  const Spared test;
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    const ServerFixture server(be_narrow);
    Guest alice(server);
    REQUIRE(alice.log_in(kAlice));
    ScarceMemory::fail_at(n);
    {
      const NotSpared hosts;
      server.server->stop(std::chrono::milliseconds(200));
    }
    const bool failed = ScarceMemory::end();
    CHECK_FALSE(alice.say("", "what never comes"));
    if (!failed) break;
  }
}
