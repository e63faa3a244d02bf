// SPDX-License-Identifier: MIT
// Memory is short once on a request's way in, at each allocation in turn: it is answered all the same, and
// the next one as ever.
#include "support/catch.h"
#include "support/scarce_memory.h"
#include "unit/rest/rest_world.h"

using namespace restanza;
using namespace restanza::rest;

namespace {

// The client's side has memory enough.
class SparedResponder final : public http::Responder {
 public:
  explicit SparedResponder(std::shared_ptr<MemoryAnswer> answer) : to_(std::move(answer)) {}
  void respond(http::Response response) override {
    const Spared clients;
    to_.respond(std::move(response));
  }
  void fail() noexcept override {
    const Spared clients;
    to_.fail();
  }
  http::Written begin(const http::Head& head) override {
    const Spared clients;
    return to_.begin(head);
  }
  http::Written write(std::string_view bytes) override {
    const Spared clients;
    return to_.write(bytes);
  }
  void end() noexcept override {
    const Spared clients;
    to_.end();
  }
  void watch(http::Watch watch) override {
    const Spared clients;
    to_.watch(std::move(watch));
  }

 private:
  MemoryResponder to_;
};

struct ScarceRequest {
  Spared spared;  // the test
  RestWorld world{credential_settings(), 10};

  // What the client is told; what is thrown goes to the host, which goes on.
  std::shared_ptr<MemoryAnswer> ask(http::Request request) {
    auto answer = std::make_shared<MemoryAnswer>();
    http::Exchange exchange(std::make_unique<SparedResponder>(answer));
    try {
      const NotSpared plugins;
      world.resources.router.handle(std::move(exchange), std::move(request));
    } catch (const std::bad_alloc&) {
    }
    return answer;
  }

  // `after`: what brings the answer of a request that waits.
  void play(
      http::Request request, int status, const std::function<void()>& after = [] {}) {
    for (long n = 0;; ++n) {
      CAPTURE(n);
      REQUIRE(n < kMostAllocations);
      const bool keyed = request.header("Idempotency-Key").has_value();
      if (keyed) request.headers.back().second = "key-" + std::to_string(n);
      const size_t sent_before = world.sink.sent().size();
      ScarceMemory::fail_at(n);
      auto answer = ask(request);
      after();
      world.settle();
      const bool failed = ScarceMemory::end();
      REQUIRE(answer->status() != 0);
      CAPTURE(answer->body());
      CHECK((answer->status() == status || answer->status() >= 500));
      answer = ask(request);
      after();
      world.settle();
      REQUIRE(answer->status() != 0);
      // With a key nothing is sent twice, so where it had left at the first try nobody knows more than that.
      CHECK((answer->status() == status || (keyed && failed && answer->status() == 409)));
      if (keyed) CHECK(world.sink.sent().size() == sent_before + 1);
      if (!failed) break;
    }
  }
};

http::Request json(const std::string& body, const std::string& path) {
  auto request = post(body, as_component(), path);
  request.headers[0].second = "application/json";
  return request;
}

}  // namespace

TEST_CASE("at each allocation of a message on its way in memory may be short once") {
  ScarceRequest s;
  s.play(post("<message to='bob@localhost'><body>Hi</body></message>"), 202);
  s.play(json(R"({"body":"Hi","unknown":1})", "/message/chat/bob@localhost"), 202);
}

TEST_CASE("the same where credentials are refused, and where nothing is found") {
  ScarceRequest s;
  s.play(post("<message/>", as_component(), "/nowhere/at/all"), 400);
  s.play(json("{", "/echo"), 400);
}

TEST_CASE("the same for an iq and its answer") {
  ScarceRequest s;
  const auto answered = [&] {
    const auto sent = s.world.sink.sent();
    if (sent.empty()) return;
    const auto answer = *xmpp::parse_stanza("<iq type='result' from='localhost' to='rest.localhost' id='" +
                                            sent.back().id + "'/>");
    try {
      const NotSpared plugins;
      s.world.replies.answer(answer);
    } catch (const std::bad_alloc&) {
    }
    s.world.pass(std::chrono::seconds(121));  // an answer that was lost comes to its deadline
  };
  s.play(post("<iq type='get' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>"), 200, answered);
}

TEST_CASE("the same with an Idempotency-Key") {
  ScarceRequest s;
  auto request = post("<message to='bob@localhost'><body>Hi</body></message>");
  request.headers.emplace_back("Idempotency-Key", "");
  s.play(request, 202);
}

TEST_CASE("how many refusals of credentials the log left out is told though memory was short meanwhile") {
  const Spared test;
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    FakeClock clock;
    Timer timer{clock};
    Lines log;
    const Audit audit("/rest", clock, timer, log);
    for (size_t i = 0; i < Audit::kLines; ++i) audit.refused(post(""), "who", "why");
    const auto left_out = post("");
    ScarceMemory::fail_at(n);
    for (int i = 0; i < 2; ++i) {
      const NotSpared plugins;
      audit.refused(left_out, "who", "why");
    }
    clock.advance(std::chrono::seconds(1));
    {
      const NotSpared plugins;
      timer.run_due();
    }
    const bool failed = ScarceMemory::end();
    CHECK_THAT(log.of(Level::warn), Contains("credentials refused: 2 more, left out here"));
    if (!failed) break;
  }
}
