// SPDX-License-Identifier: MIT
// What a reader of the traffic gets to see.
#include "rest/resources/traffic_source.h"

#include <nlohmann/json.hpp>

#include "rest/resources/traffic_event.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "xmpp/stanza.h"

using namespace restanza;
using namespace restanza::rest;
using Json = nlohmann::json;

namespace {

// What a client makes of a stream.
struct Seen {
  std::string id, name;
  Json data;
};

std::vector<Seen> seen_in(const std::string& text) {
  std::vector<Seen> all;
  for (size_t from = 0, end = 0; (end = text.find("\n\n", from)) != std::string::npos; from = end + 2) {
    Seen one;
    std::string data;
    for (size_t at = from; at < end;) {
      const size_t stop = std::min(text.find('\n', at), end), colon = text.find(": ", at);
      REQUIRE(colon < stop);
      const std::string field = text.substr(at, colon - at), value = text.substr(colon + 2, stop - colon - 2);
      if (field == "id") one.id = value;
      if (field == "event") one.name = value;
      if (field == "data") data += value;
      at = stop + 1;
    }
    if (!data.empty()) one.data = Json::parse(data);
    all.push_back(std::move(one));
  }
  return all;
}

Caller reader(uint32_t rights) {
  Caller caller;
  caller.address = "rest.localhost";
  caller.whole_domain = true;
  caller.rights = rights;
  return caller;
}

std::shared_ptr<const xmpp::Stanza> chat(const std::string& from, const std::string& to) {
  return std::make_shared<const xmpp::Stanza>(*xmpp::parse_stanza(
      "<message type='chat' from='" + from + "' to='" + to + "' id='1'><body>secret\ntext</body></message>"));
}

struct TrafficWorld {
  FakeClock clock;
  Timer timer{clock};
  traffic::Ring ring{timer, [] {}};
  traffic::Recorder recorder{ring, clock};
  std::shared_ptr<TrafficTexts> texts = std::make_shared<TrafficTexts>(mapping::Options{});

  std::shared_ptr<TrafficSource> follow(Caller caller, const std::string& after = {}) {
    auto source = std::make_shared<TrafficSource>(ring, recorder, texts, std::move(caller));
    source->begin(after);
    return source;
  }
  void come(const std::string& from = "alice@localhost/r", const std::string& to = "bot@rest.localhost") {
    recorder.stanza_came(chat(from, to), traffic::came::kTaken, {{"echo", "msg_1"}}, {"other"});
  }
  void leave(const std::string& from, const std::string& to) {
    recorder.sent(*chat(from, to), xmpp::Sent::ok);
  }
  static std::vector<Seen> read_all(TrafficSource& source) {
    std::string all;
    for (std::string piece; source.read(piece), !piece.empty(); piece.clear()) all += piece;
    return seen_in(all);
  }
  // Without what says where it begins.
  static std::vector<Seen> read(TrafficSource& source) {
    auto all = read_all(source);
    if (!all.empty() && all[0].data.is_null()) all.erase(all.begin());
    return all;
  }
};

constexpr uint32_t kBoth = kAdmin | kReceive;

}  // namespace

TEST_CASE("a stanza is shown with what became of it, and its text to who may receive") {
  TrafficWorld w;
  const auto all = w.follow(reader(kBoth)), heads = w.follow(reader(kAdmin));
  w.come();
  const auto events = w.read(*all);
  REQUIRE(events.size() == 1);
  CHECK(events[0].name == "in");
  CHECK(events[0].id == text_of(w.ring.now()));
  Json expected = {{"time", events[0].data["time"]},
                   {"outcome", "taken"},
                   {"kind", "message"},
                   {"type", "chat"},
                   {"from", "alice@localhost/r"},
                   {"to", "bot@rest.localhost"},
                   {"id", "1"},
                   {"bytes", chat("alice@localhost/r", "bot@rest.localhost")->xml.size()},
                   {"deliveries", Json::array({{{"endpoint", "echo"}, {"id", "msg_1"}}})},
                   {"full", {"other"}}};
  CHECK(w.read(*heads).at(0).data == expected);
  expected["stanza"] = {{"kind", "message"},          {"type", "chat"}, {"from", "alice@localhost/r"},
                        {"to", "bot@rest.localhost"}, {"id", "1"},      {"body", "secret\ntext"}};
  CHECK(events[0].data == expected);
  CHECK(w.read(*all).empty());
}

TEST_CASE("an attempt is shown with what there is of it") {
  TrafficWorld w;
  const auto source = w.follow(reader(kAdmin));
  w.recorder.attempted("echo", "msg_1",
                       {2, "failed", 500, "it answered 500", std::chrono::milliseconds(1500)});
  w.recorder.attempted("echo", "msg_1", {3, "delivered", 204, "", std::chrono::milliseconds(1)});
  w.recorder.given_up("echo", "msg_1", "a day has passed");
  const auto events = w.read(*source);
  REQUIRE(events.size() == 3);
  const Json time = events[0].data["time"];
  CHECK(events[0].name == "delivery");
  CHECK(events[0].data == Json{{"time", time},
                               {"outcome", "failed"},
                               {"endpoint", "echo"},
                               {"id", "msg_1"},
                               {"attempt", 2},
                               {"status", 500},
                               {"seconds", 1.5},
                               {"error", "it answered 500"}});
  CHECK(events[1].data == Json{{"time", time},
                               {"outcome", "delivered"},
                               {"endpoint", "echo"},
                               {"id", "msg_1"},
                               {"attempt", 3},
                               {"status", 204},
                               {"seconds", 0.001}});
  CHECK(events[2].data == Json{{"time", time},
                               {"outcome", "dead-letter"},
                               {"endpoint", "echo"},
                               {"id", "msg_1"},
                               {"error", "a day has passed"}});
}

TEST_CASE("a token sees whole what it could receive or send, and of the rest the head") {
  TrafficWorld w;
  Caller limited = reader(kBoth);
  limited.from = {"bot@rest.localhost"};
  limited.to = {"*@localhost"};
  limited.kinds = static_cast<uint32_t>(xmpp::Kind::message);
  const auto source = w.follow(limited), all = w.follow(reader(kBoth));
  w.come("alice@localhost/r", "bot@rest.localhost");
  w.come("alice@localhost/r", "other@rest.localhost");
  w.come("alice@elsewhere/r", "bot@rest.localhost");
  w.leave("bot@rest.localhost", "alice@localhost");
  w.leave("other@rest.localhost", "alice@localhost");
  w.leave("alice@localhost", "bot@rest.localhost");
  w.recorder.sent(*xmpp::parse_stanza("<presence from='bot@rest.localhost' to='alice@localhost' id='1'/>"),
                  xmpp::Sent::ok);
  std::string whole;
  for (const auto& event : w.read(*source)) whole += event.data.contains("stanza") ? 'x' : '-';
  CHECK(whole == "x--x---");
  for (const auto& event : w.read(*all)) CHECK(event.data.contains("stanza"));
}

TEST_CASE("bodies that are switched off are not shown, those of before neither") {
  TrafficWorld w;
  const auto source = w.follow(reader(kBoth));
  w.come();
  w.recorder.keep_bodies(false);
  w.come();
  for (const auto& event : w.read(*source)) CHECK_FALSE(event.data.contains("stanza"));
  w.recorder.keep_bodies(true);
  w.come();
  CHECK(w.read(*source).at(0).data.contains("stanza"));
}

TEST_CASE("who comes back with an id goes on behind it, and one without begins with what comes") {
  TrafficWorld w;
  const auto first = w.follow(reader(kAdmin));
  for (int i = 0; i < 3; ++i) w.come();
  const auto events = w.read(*first);
  REQUIRE(events.size() == 3);
  first->ended();
  w.come();
  const auto back = w.read(*w.follow(reader(kAdmin), events[1].id));
  REQUIRE(back.size() == 2);
  CHECK(back[0].id == events[2].id);
  const auto fresh = w.follow(reader(kAdmin));
  CHECK(w.read(*fresh).empty());
  w.come();
  CHECK(w.read(*fresh).size() == 1);
}

TEST_CASE("a stream begins with its place, so that who loses it before the first event has no gap") {
  TrafficWorld w;
  const auto first = w.read_all(*w.follow(reader(kAdmin)));
  REQUIRE(first.size() == 1);
  CHECK(first[0].data.is_null());
  CHECK(first[0].id == text_of(w.ring.now()));
  w.come();
  const auto back = w.read_all(*w.follow(reader(kAdmin), first[0].id));
  REQUIRE(back.size() == 2);
  CHECK(back[0].id == first[0].id);
  CHECK(back[1].name == "in");
}

TEST_CASE("a reader is told how many it has missed, and where nobody knows, that") {
  TrafficWorld w;
  const auto source = w.follow(reader(kAdmin));
  w.come();
  const std::string first = w.read(*source).at(0).id;
  for (size_t i = 0; i < traffic::Ring::kMax + 2; ++i) w.come();
  auto events = w.read(*source);
  CHECK(events.size() == 1 + traffic::Ring::kMax);
  CHECK(events[0].name == "dropped");
  CHECK(events[0].data == Json{{"count", 2}});
  events = w.read(*w.follow(reader(kAdmin), events[0].id));  // the dropped ones were told of
  CHECK(events.size() == traffic::Ring::kMax);
  CHECK(events[0].name == "in");
  for (const std::string unknown : {"another.7", "nonsense", "."}) {
    events = w.read(*w.follow(reader(kAdmin), unknown));
    CHECK(events.size() == 1 + traffic::Ring::kMax);
    CHECK(events[0].name == "dropped");
    CHECK(events[0].data == Json{{"count", nullptr}});
  }
}

TEST_CASE("a piece of the stream is about as long as it may be, and the next one goes on") {
  TrafficWorld w;
  const auto source = w.follow(reader(kBoth));
  for (int i = 0; i < 1000; ++i) w.come();
  std::string piece;
  size_t pieces = 0, events = 0;
  for (; source->read(piece), !piece.empty(); piece.clear(), ++pieces) {
    CHECK(piece.size() < feed::EventStream::kPiece + 1024);
    events += seen_in(piece).size();
  }
  CHECK(events == 1001);  // with the place where it begins
  CHECK(pieces > 1);
}

TEST_CASE("who has ended does not follow any more") {
  TrafficWorld w;
  const auto source = w.follow(reader(kAdmin));
  CHECK(w.ring.followers() == 1);
  source->ended();
  CHECK(w.ring.followers() == 0);
}
