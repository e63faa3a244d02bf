// SPDX-License-Identifier: MIT
// What the parts of the plugin tell becomes records.
#include "traffic/recorder.h"

#include "support/catch.h"
#include "support/fake_clock.h"

using namespace restanza;
using namespace restanza::traffic;

namespace {

class Silent final : public Ring::Follower {
 public:
  void news() override {}
};

struct Recorded {
  FakeClock clock;
  Timer timer{clock};
  Ring ring{timer, [] {}};
  Recorder recorder{ring, clock};
  std::shared_ptr<Silent> reader = std::make_shared<Silent>();
  Place place;

  void follow() {
    ring.attend(reader);
    place = ring.now();
  }
  Record next() {
    const auto page = ring.read(place);
    REQUIRE_FALSE(page.records.empty());
    place.number = page.records.front().number;
    return *page.records.front().record;
  }
};

std::shared_ptr<const xmpp::Stanza> message(size_t size = 0) {
  auto stanza =
      *xmpp::parse_stanza("<message type='chat' from='a@b' to='c@d' id='1'><body>x</body></message>");
  if (size != 0) stanza.xml.assign(size, 'x');
  return std::make_shared<const xmpp::Stanza>(std::move(stanza));
}

}  // namespace

TEST_CASE("a stanza that came is recorded with those who get it and those without room") {
  Recorded r;
  r.follow();
  const auto stanza = message();
  r.recorder.stanza_came(stanza, came::kTaken, {{"echo", "msg_1"}}, {"other"});
  const Record record = r.next();
  CHECK(record.event == Event::in);
  CHECK(record.time == r.clock.wall());
  CHECK(record.outcome == std::string("taken"));
  CHECK(record.stanza == stanza);  // the same one, not a copy
  CHECK(record.size == stanza->xml.size());
  REQUIRE(record.deliveries.size() == 1);
  CHECK(record.deliveries[0].endpoint == "echo");
  CHECK(record.deliveries[0].id == "msg_1");
  CHECK(record.full == std::vector<std::string>{"other"});
}

TEST_CASE("a stanza that left is recorded with what the server said") {
  Recorded r;
  r.follow();
  using xmpp::Sent;
  const std::vector<std::pair<Sent, std::string>> words = {
      {Sent::ok, "sent"},       {Sent::would_block, "busy"}, {Sent::too_big, "too-big"},
      {Sent::denied, "denied"}, {Sent::invalid, "invalid"},  {Sent::gone, "gone"}};
  for (const auto& [outcome, word] : words) {
    r.recorder.sent(*message(), outcome);
    const Record record = r.next();
    CHECK(record.event == Event::out);
    CHECK(record.outcome == word);
    CHECK(record.stanza->xml == message()->xml);
  }
}

TEST_CASE("an attempt is recorded with its answer, and a dead letter with why") {
  Recorded r;
  r.follow();
  r.recorder.attempted("echo", "msg_1",
                       {3, "failed", 500, "it answered 500", std::chrono::microseconds(12500)});
  Record record = r.next();
  CHECK(record.event == Event::delivery);
  CHECK(record.outcome == std::string("failed"));
  CHECK(record.delivery.endpoint == "echo");
  CHECK(record.delivery.id == "msg_1");
  CHECK(record.attempt == 3);
  CHECK(record.status == 500);
  CHECK(record.error == "it answered 500");
  CHECK(record.took == std::chrono::milliseconds(12));
  r.recorder.given_up("echo", "msg_1", "a day has passed");
  record = r.next();
  CHECK(record.outcome == std::string("dead-letter"));
  CHECK(record.error == "a day has passed");
  CHECK(record.attempt == 0);
  CHECK_FALSE(record.took);
}

TEST_CASE("a text is kept to its limit, and none where bodies are switched off") {
  Recorded r;
  r.follow();
  r.recorder.stanza_came(message(Ring::kMaxText), came::kTaken);
  r.recorder.stanza_came(message(Ring::kMaxText + 1), came::kTaken);
  r.recorder.sent(*message(Ring::kMaxText + 1), xmpp::Sent::ok);
  CHECK(r.next().stanza->xml.size() == Ring::kMaxText);
  for (int i = 0; i < 2; ++i) {
    const Record record = r.next();
    CHECK(record.stanza->xml.empty());
    CHECK(record.stanza->from == "a@b");
    CHECK(record.stanza->id == "1");
    CHECK(record.size == Ring::kMaxText + 1);
  }
  r.recorder.keep_bodies(false);
  r.recorder.stanza_came(message(), came::kForeign);
  r.recorder.sent(*message(), xmpp::Sent::ok);
  CHECK(r.next().stanza->xml.empty());
  CHECK(r.next().stanza->xml.empty());
  r.recorder.keep_bodies(true);
  r.recorder.stanza_came(message(), came::kForeign);
  CHECK(r.next().stanza->xml == message()->xml);
}

TEST_CASE("nothing is taken down while nobody follows") {
  Recorded r;
  const auto stanza = message();
  r.recorder.stanza_came(stanza, came::kTaken);
  r.recorder.answer_came(stanza);
  r.recorder.foreign_came(stanza);
  r.recorder.sent(*stanza, xmpp::Sent::ok);
  r.recorder.attempted("echo", "msg_1", {});
  r.recorder.given_up("echo", "msg_1", "why");
  CHECK_FALSE(r.recorder.observing());
  CHECK(stanza.use_count() == 1);
  r.follow();
  CHECK(r.recorder.observing());
  CHECK(r.ring.now().number == 0);
  r.recorder.answer_came(stanza);
  CHECK(r.next().outcome == std::string("answer"));
  r.recorder.foreign_came(stanza);
  CHECK(r.next().outcome == std::string("foreign"));
}
