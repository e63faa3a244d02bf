// SPDX-License-Identifier: MIT
// Answers in pieces across the border: exchanges of the fake host in the test's hands.
#include <list>
#include <memory>
#include <string>

#include "abi/host_proxy.h"
#include "rest/routing/traffic.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/fake_host.h"

using namespace restanza;
using http::Exchange;
using http::Written;
using namespace std::chrono_literals;

namespace {

// A plugin that leaves each exchange to the test.
struct Leaving {
  const xp_host* host;
  xp_reg* route = nullptr;
  std::shared_ptr<InFlight> open = std::make_shared<InFlight>();
  std::list<Exchange> exchanges = {};

  static Leaving& of(void* plugin) { return *static_cast<Leaving*>(plugin); }
};

const xp_plugin_desc kLeaving = {
    sizeof(xp_plugin_desc),
    XP_MINOR,
    0,
    0,
    "leaving",
    "1",
    "MIT",
    [](const xp_host* host, xp_str, xp_plugin** out, xp_error*) -> xp_status {
      *out = reinterpret_cast<xp_plugin*>(new Leaving{host});
      return XP_OK;
    },
    [](xp_plugin* plugin, xp_error*) -> xp_status {
      Leaving& self = Leaving::of(plugin);
      const auto on_request = [](void* ctx, xp_exchange* handle, const xp_request*) {
        Leaving& leaving = Leaving::of(ctx);
        leaving.exchanges.push_back(abi::exchange_of(leaving.host, handle, leaving.open, {}));
      };
      return self.host->register_route(
          self.host, {"", 0}, 1000, on_request, plugin, [](void*) {}, &self.route);
    },
    nullptr,
    [](xp_plugin*, uint32_t, void (*done)(void*), void* ctx) { done(ctx); },
    [](xp_plugin* plugin) {
      const std::unique_ptr<Leaving> self(&Leaving::of(plugin));
      self->host->unregister(self->host, self->route);
    },
    nullptr,
};

class Streams {
 public:
  Streams() {
    REQUIRE(host.create("{}").empty());
    REQUIRE(host.start().empty());
    FakeHost::Request request;
    request.path = "/rest/events";
    call = host.request(request);
  }
  ~Streams() {
    host.destroy();
    CHECK(host.contexts() == 0);
    CHECK(host.open_exchanges() == 0);
    CHECK(host.failures() == failures);
  }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  Leaving& plugin() { return Leaving::of(host.plugin()); }
  Exchange& exchange() { return plugin().exchanges.front(); }
  bool ended() const { return host.now(call).has_value(); }

  FakeHost host{&kLeaving};
  FakeHost::Call call;
  std::vector<std::string> failures;  // of the plugin, that the test expects
};

}  // namespace

TEST_CASE("an answer in pieces reaches the client in order, and is complete") {
  Streams s;
  CHECK(s.exchange().begin({200, {{"Content-Type", "text/event-stream"}}}) == Written::taken);
  CHECK(s.host.so_far(s.call).status == 200);
  CHECK(s.exchange().write("one ") == Written::taken);
  CHECK(s.host.so_far(s.call).body == "one ");
  CHECK(s.exchange().write("two") == Written::taken);
  CHECK_FALSE(s.ended());
  s.exchange().end();
  const auto response = s.host.now(s.call);
  REQUIRE(response);
  CHECK(response->header("Content-Type") == "text/event-stream");
  CHECK(response->body == "one two");
  CHECK_FALSE(response->cut_off);
}

TEST_CASE("a client that reads slowly blocks what is written, until there is room again") {
  Streams s;
  int writable = 0;
  s.exchange().begin({200}, [&writable] { ++writable; });
  s.host.room(s.call, FakeHost::Room::none);
  CHECK(s.exchange().write("one") == Written::would_block);
  CHECK(s.host.so_far(s.call).body.empty());
  CHECK(writable == 0);
  s.host.room(s.call, FakeHost::Room::there);
  CHECK(writable == 1);
  CHECK(s.exchange().write("one") == Written::taken);
  s.host.room(s.call, FakeHost::Room::there);
  CHECK(writable == 1);  // nobody waits for room
  s.exchange().end();
  CHECK(s.host.so_far(s.call).body == "one");
}

TEST_CASE("the signal that there is room may come inside the call that found none") {
  Streams s;
  bool writable = false;
  s.exchange().begin({200}, [&writable] { writable = true; });
  s.host.room(s.call, FakeHost::Room::in_the_call);
  CHECK(s.exchange().write("one") == Written::would_block);
  CHECK(writable);
  s.host.room(s.call, FakeHost::Room::there);
  CHECK(s.exchange().write("one") == Written::taken);
  s.exchange().end();
}

TEST_CASE("an answer that is dropped in the middle does not look complete") {
  Streams s;
  s.exchange().begin({200});
  s.exchange().write("one");
  s.plugin().exchanges.clear();
  const auto response = s.host.now(s.call);
  REQUIRE(response);
  CHECK(response->status == 200);
  CHECK(response->body == "one");
  CHECK(response->cut_off);
}

TEST_CASE("a client that leaves in the middle is told of, and its exchange is still to be ended") {
  Streams s;
  int gone = 0;
  s.exchange().watch([&gone] { ++gone; });
  s.exchange().begin({200});
  s.exchange().write("one");
  s.host.leave(s.call);
  CHECK(gone == 1);
  CHECK(s.exchange().write("two") == Written::gone);
  CHECK(s.host.open_exchanges() == 1);
  s.exchange().end();
  CHECK(s.host.open_exchanges() == 0);
  CHECK(s.host.so_far(s.call).body == "one");
}

TEST_CASE("a client that has left before is known at the beginning") {
  Streams s;
  s.host.leave(s.call);
  CHECK(s.exchange().begin({200}) == Written::gone);
  s.exchange().end();
}

TEST_CASE("a head that is not HTTP gives 500, and the exchange is over") {
  Streams s;
  CHECK(s.exchange().begin({200, {{"X-Lines", "one\ntwo"}}}) == Written::refused);
  CHECK(s.exchange().write("one") == Written::gone);
  s.exchange().end();
  CHECK(s.host.so_far(s.call).status == 500);
  s.failures = {"a response is none: 200"};
}

TEST_CASE("an answer in pieces counts as under way until its end, however that comes") {
  for (const bool dropped : {false, true}) {
    Streams s;
    bool empty = false;
    s.exchange().begin({200});
    s.plugin().open->when_empty([&empty] { empty = true; });
    s.exchange().write("one");
    CHECK_FALSE(empty);
    if (dropped) {
      s.plugin().exchanges.clear();
    } else {
      s.exchange().end();
    }
    CHECK(empty);
  }
}

TEST_CASE("an answer in pieces is counted once, at its end, with its status and all its time") {
  FakeClock clock;
  Metrics metrics;
  const rest::Traffic traffic(metrics, clock, {"events"}, {"GET"});
  const auto says = [&metrics](const std::string& line) {
    INFO(metrics.text());
    return metrics.text().find("\n" + line + "\n") != std::string::npos;
  };
  http::Request request;
  request.method = "GET";
  const auto stream = [&](const std::function<void(Exchange, Streams&)>& use) {
    Streams s;
    use(traffic.counted(std::move(s.exchange()), request, "events"), s);
  };
  stream([&](Exchange exchange, Streams&) {
    exchange.begin({200});
    exchange.write("one");
    clock.advance(4s);
    CHECK(says(R"(restanza_http_request_duration_seconds_count{resource="events"} 0)"));
    exchange.end();
  });
  CHECK(says(R"(restanza_http_requests_total{code="200",method="GET",resource="events"} 1)"));
  CHECK(says(R"(restanza_http_request_duration_seconds_sum{resource="events"} 4)"));

  stream([](Exchange exchange, Streams&) { exchange.begin({200}); });  // broken off
  CHECK(says(R"(restanza_http_requests_total{code="200",method="GET",resource="events"} 2)"));

  stream([](Exchange exchange, Streams& s) {
    exchange.begin({200});
    s.host.leave(s.call);
    exchange.end();
  });
  CHECK(says(R"(restanza_http_requests_total{code="gone",method="GET",resource="events"} 1)"));
  CHECK(says(R"(restanza_http_request_duration_seconds_count{resource="events"} 3)"));
}
