// SPDX-License-Identifier: MIT
// Every allocation inside the functions of the table fails, one after the other: nothing is thrown at the
// plugin, nothing stays behind, and the next call works.
#include "hosting/border_views.h"
#include "hosting/host_api.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/lines.h"
#include "support/scarce_memory.h"
#include "unit/server_stub/hosting/played_link.h"

using namespace restanza;
using namespace restanza::host;
using border::view;

namespace {

// Exchanges whose answers are counted.
class PlayedExchanges final : public Exchanges {
 public:
  xp_status respond(ExchangeId, int code, const std::vector<Header>&, std::string) override {
    ++answers;
    last_code = code;
    return XP_OK;
  }
  xp_status begin(ExchangeId, int, const std::vector<Header>&) override { return XP_OK; }
  xp_status write(ExchangeId, std::string_view chunk) override {
    written = std::string(chunk);
    return XP_OK;
  }
  xp_status end(ExchangeId) override { return XP_OK; }
  xp_status watch(ExchangeId, Watch) override { return XP_OK; }

  int answers = 0, last_code = 0;
  std::string written;
};

struct Scarce {
  FakeClock clock;
  Timer timer{clock};
  Lines log;
  Routes routes;
  PlayedExchanges exchanges;
  std::shared_ptr<PlayedLink> link = std::make_shared<PlayedLink>();
  std::shared_ptr<Hooks> hooks = std::make_shared<Hooks>(timer, log);
  HostApi::CheckPassword check = [](const std::string& name, const std::string&, const auto& tell) {
    tell(XP_OK, name + "@rest.localhost, in more characters than a string has room for");
  };
  HostApi api{{"test", "1.0", "rest.localhost", "/rest", "", ""}, exchanges, routes, hooks, link, check, log};
  const xp_host* host = api.vtable();
  int released = 0, requests = 0, offers = 0, verdicts = 0;
  xp_status verdict = XP_OK;

  Scarce() { api.admit(); }

  static Scarce& of(void* ctx) { return *static_cast<Scarce*>(ctx); }
  static void on_release(void* ctx) { ++of(ctx).released; }
  static void on_request(void* ctx, xp_exchange*, const xp_request*) { ++of(ctx).requests; }
  static int32_t on_stanza(void* ctx, const xp_stanza*) {
    ++of(ctx).offers;
    return XP_CONSUME;
  }
  static void on_verdict(void* ctx, xp_status status, xp_str) {
    ++of(ctx).verdicts;
    of(ctx).verdict = status;
  }

  // Plays `call` until no allocation of it fails any more; `after` looks at what became of each.
  void play(const std::function<xp_status()>& call,
            const std::function<void(bool failed, xp_status status)>& after) {
    int failures = 0;
    for (bool failed = true; failed; failures += failed ? 1 : 0) {
      ScarceMemory::fail_at(failures);
      const xp_status status = call();
      failed = ScarceMemory::end();
      INFO(failures);
      after(failed, status);
      REQUIRE(failures < 1000);
    }
    CHECK(failures > 0);
  }
  xp_status add_route() {
    return host->register_route(host, view("/a/path/longer/than/a/string/has/room/for"), 16, on_request, this,
                                on_release, nullptr);
  }
  xp_status add_hook() { return host->on_stanza(host, 7, 0, on_stanza, this, on_release, nullptr); }
  xp_exchange* ask() {
    const auto route = routes.find("/rest/a/path/longer/than/a/string/has/room/for", "");
    REQUIRE(route);
    route->handle(1, HttpRequest{});
    return border::handle_of(1);
  }
};

const std::string kLong(100, 'x');

}  // namespace

TEST_CASE("a route for which memory is short is not registered, and its place stays free") {
  Scarce given;
  given.play([&] { return given.add_route(); },
             [&, released = 0](bool failed, xp_status status) mutable {
               CHECK(status == (failed ? XP_INTERNAL : XP_OK));
               released += failed ? 1 : 0;
               CHECK(given.released == released);
             });
  given.ask();
  CHECK(given.requests == 1);
  const int before = given.released;
  given.api.withdraw();
  CHECK(given.released == before + 1);
  CHECK(given.log.of(Level::error).find("a call of the plugin went wrong: std::bad_alloc\n") == 0);
}

TEST_CASE("a hook for which memory is short is not registered") {
  Scarce given;
  given.play([&] { return given.add_hook(); },
             [&, released = 0](bool failed, xp_status status) mutable {
               CHECK(status == (failed ? XP_INTERNAL : XP_OK));
               released += failed ? 1 : 0;
               CHECK(given.released == released);
             });
  given.hooks->offer(*xmpp::parse_stanza("<message/>"), false, [](const xmpp::Stanza&, Offer) {});
  CHECK(given.offers == 1);
}

TEST_CASE("a stanza for which memory is short is not sent, and its watch is released") {
  Scarce given;
  const std::string stanza = "<message from='rest.localhost' to='somebody@example.org'/>";
  const xp_watch retry{&given, nullptr, Scarce::on_release, Scarce::on_release};
  given.play([&] { return given.host->send_stanza(given.host, view(stanza), 0, &retry); },
             [&, calls = 0](bool failed, xp_status status) mutable {
               CHECK(status == (failed ? XP_INTERNAL : XP_OK));
               CHECK(given.released == ++calls);
               CHECK(given.link->sent.size() == (failed ? 0 : 1));
             });
}

TEST_CASE("an answer for which memory is short is 500, and the exchange has ended") {
  Scarce given;
  REQUIRE(given.add_route() == XP_OK);
  const xp_pair header{view("X-Header"), view(kLong)};
  int answers = 0;
  xp_exchange* exchange = given.ask();
  given.play([&] { return given.host->http_respond(given.host, exchange, 200, &header, 1, view(kLong)); },
             [&](bool failed, xp_status status) {
               CHECK(status == (failed ? XP_INTERNAL : XP_OK));
               CHECK(given.exchanges.last_code == (failed ? 500 : 200));
               CHECK(given.exchanges.answers == ++answers);
               CHECK(given.host->http_respond(given.host, exchange, 200, nullptr, 0, {}) == XP_INVALID);
               exchange = given.ask();
             });
}

TEST_CASE("a step of a stream for which memory is short can be taken again") {
  Scarce given;
  REQUIRE(given.add_route() == XP_OK);
  const xp_pair header{view("X-Header"), view(kLong)};
  const xp_watch watch{&given, Scarce::on_release, Scarce::on_release, Scarce::on_release};
  xp_exchange* const exchange = given.ask();
  given.play(
      [&] {
        given.host->http_watch(given.host, exchange, &watch);
        return XP_OK;
      },
      [&, calls = 0](bool, xp_status) mutable { CHECK(given.released == ++calls); });
  given.play([&] { return given.host->http_begin(given.host, exchange, 200, &header, 1); },
             [](bool failed, xp_status status) { CHECK(status == (failed ? XP_INTERNAL : XP_OK)); });
  given.play([&] { return given.host->http_write(given.host, exchange, view(kLong)); },
             [](bool failed, xp_status status) { CHECK(status == (failed ? XP_INTERNAL : XP_OK)); });
  CHECK(given.exchanges.written == kLong);
}

TEST_CASE("a password for which memory is short gets its one verdict: it could not be checked") {
  Scarce given;
  const auto* auth = static_cast<const xp_auth*>(given.host->get_extension(given.host, XP_EXT_AUTH));
  given.play(
      [&] {
        auth->check_password(given.host, view(kLong), view(kLong), Scarce::on_verdict, &given);
        return given.verdict;
      },
      [&, calls = 0](bool failed, xp_status status) mutable {
        CHECK(status == (failed ? XP_INTERNAL : XP_OK));
        CHECK(given.verdicts == ++calls);
      });
  CHECK(given.api.wait_for_release(std::chrono::milliseconds(0)));
}

TEST_CASE("a line for which memory is short is lost, and whoever wrote it hears nothing of that") {
  Scarce given;
  given.play(
      [&] {
        given.host->log(given.host, XP_INFO, view(kLong));
        return XP_OK;
      },
      [](bool, xp_status) {});
  CHECK(given.log.of(Level::info) == kLong + "\n");
}
