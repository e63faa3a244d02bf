// SPDX-License-Identifier: MIT
// The negotiation by itself, with a transport in the test's own hands.
#include <atomic>
#include <new>
#include <thread>
#include <vector>

#include "support/catch.h"
#include "support/fake_clock.h"
#include "unit/webhook/responses.h"
#include "webhook/request/negotiation.h"

using namespace restanza;
using namespace restanza::webhook;
using mapping::Format;

namespace {

// An endpoint that asks for JSON.
struct AskedForJson : Transport {
  std::atomic<int> asked{0};
  Outcome post(const Post&, std::chrono::milliseconds) override { return {}; }
  Outcome options(const std::string&, std::chrono::milliseconds) override {
    ++asked;
    Outcome outcome;
    outcome.end = Outcome::End::answered;
    outcome.status = 200;
    outcome.accept = "application/json";
    return outcome;
  }
  void abort() override {}
};

struct OnceShortOfMemory : AskedForJson {
  Outcome options(const std::string& target, std::chrono::milliseconds within) override {
    Outcome outcome = AskedForJson::options(target, within);
    if (asked == 1) throw std::bad_alloc();
    return outcome;
  }
};

struct HeldUp : AskedForJson {
  Door begun, over;
  Outcome options(const std::string& target, std::chrono::milliseconds within) override {
    begun.open();
    over.pass();
    return AskedForJson::options(target, within);
  }
};

// A negotiation by itself.
struct Alone {
  const FakeClock clock = {};
  CollectedLog log;
  subscription::Health health{"the endpoint", [] { return size_t{0}; }, clock, log};
  const Url url = *Url::parse("http://bot.example/");
  Negotiation negotiation{Settings{}, "the endpoint", url, health, log};
};

}  // namespace

TEST_CASE("an Accept header chooses among the formats by weight, then by its own order") {
  CHECK(format_for("application/json", Format::xml) == Format::json);
  CHECK(format_for("application/json, application/xmpp+xml", Format::xml) == Format::json);
  CHECK(format_for("application/xmpp+xml, application/json", Format::json) == Format::xml);
  CHECK(format_for("application/json;q=0.5, application/xmpp+xml;q=0.4", Format::xml) == Format::json);
  CHECK(format_for("application/json;q=0.4, application/xmpp+xml;q=0.5", Format::json) == Format::xml);
  CHECK(format_for("Application/X-WWW-Form-URLencoded", Format::xml) == Format::form);
  CHECK(format_for("text/plain", Format::xml) == Format::text);
  CHECK(format_for("application/cbor, application/json;q=0.9", Format::xml) == Format::cbor);
}

TEST_CASE("an Accept header that names no format leaves the configured one where it can") {
  CHECK(format_for("*/*", Format::json) == Format::json);
  CHECK(format_for("*/*", Format::xml) == Format::xml);
  CHECK(format_for("text/html, application/*;q=0.5", Format::cbor) == Format::cbor);
  CHECK(format_for("text/*", Format::json) == Format::text);
  CHECK(format_for("*/*, application/json;q=0", Format::json) == Format::xml);
  CHECK(format_for("application/json, */*", Format::form) == Format::json);
  CHECK_FALSE(format_for("text/html", Format::json));
  CHECK_FALSE(format_for("", Format::json));
  CHECK_FALSE(format_for("application/json;q=0", Format::json));
}

TEST_CASE("while one delivery asks the others wait for the answer, and nobody asks again") {
  HeldUp transport;
  Alone alone;
  Collected<Format> formats;
  std::vector<std::thread> deliveries;
  const auto deliver = [&] {
    deliveries.emplace_back([&] { formats.add(alone.negotiation.settle(transport)); });
  };
  const auto begin = std::chrono::steady_clock::now();
  deliver();
  CHECK(transport.begun.pass());
  for (int i = 0; i < 7; ++i) deliver();
  const size_t before = formats.now().size();
  transport.over.open();
  for (std::thread& delivery : deliveries) delivery.join();
  const bool all_waited = std::chrono::steady_clock::now() - begin < Negotiation::kPatience;
  CHECK(transport.asked == 1);
  CHECK((!all_waited || before == 0));
  CHECK((!all_waited || formats.now() == std::vector<Format>(8, Format::json)));
}

TEST_CASE("where asking goes wrong the next delivery asks, and waits for nobody") {
  for (const bool at_start : {true, false}) {
    CAPTURE(at_start);
    OnceShortOfMemory transport;
    Alone alone;
    if (at_start) {
      CHECK_THROWS_AS(alone.negotiation.begin(transport), std::bad_alloc);
    } else {
      CHECK_THROWS_AS(alone.negotiation.settle(transport), std::bad_alloc);
    }
    CHECK(alone.negotiation.settle(transport) == Format::json);
    CHECK(transport.asked == 2);
  }
}
