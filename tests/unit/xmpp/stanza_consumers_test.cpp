// SPDX-License-Identifier: MIT
#include "xmpp/stanza_consumers.h"

#include <string>

#include "support/catch.h"
#include "support/memory_sink.h"
#include "xmpp/observed_sink.h"

using namespace restanza;
using namespace restanza::xmpp;

namespace {

// Says what the test wants, and writes down that it was asked.
class Saying final : public StanzaConsumer {
 public:
  Saying(std::string name, Offered its, std::string& asked)
      : says(its), name_(std::move(name)), asked_(asked) {}
  Offered offer(StanzaTree& offered, const std::function<void()>& room,
                const std::function<void()>& kept) override {
    asked_ += name_ + offered.stanza().id;
    seen = offered.root().node();
    if (says == Offered::busy) room();
    if (says == Offered::keeping) kept();
    return says;
  }
  Offered says;
  const void* seen = nullptr;  // the tree

 private:
  const std::string name_;
  std::string& asked_;
};

class Seeing final : public SentObserver {
 public:
  Seeing(const MemorySink& sink, std::string& seen) : sink_(sink), seen_(seen) {}
  void about_to_send(const Stanza& stanza) override {
    seen_ += stanza.id + " after " + std::to_string(sink_.sent().size()) + ";";
  }
  void sent(const Stanza& stanza, Sent outcome) override {
    if (outcome == Sent::ok) seen_ += stanza.id + " sent;";
    if (outcome == Sent::would_block) seen_ += stanza.id + " would block;";
  }

 private:
  const MemorySink& sink_;
  std::string& seen_;
};

class Hearing final : public OfferObserver {
 public:
  bool observing() const override { return observes; }
  void answer_came(const std::shared_ptr<const Stanza>& stanza) override {
    heard += "answer " + stanza->id + ";";
  }
  void foreign_came(const std::shared_ptr<const Stanza>& stanza) override {
    heard += "foreign " + stanza->id + ";";
  }
  bool observes = true;
  std::string heard;
};

Stanza stanza(const std::string& id) {
  return *parse_stanza("<message to='a@b' id='" + id + "'/>");
}

}  // namespace

TEST_CASE("consumers are asked in their order, until one takes the stanza") {
  std::string asked;
  Saying first("a", Offered::foreign, asked);
  Saying second("b", Offered::taken, asked);
  Saying third("c", Offered::taken, asked);
  StanzaConsumers consumers;
  consumers.add(first);
  consumers.add(second);
  consumers.add(third);
  CHECK(consumers.offer(stanza("1"), [] {}) == Offered::taken);
  CHECK(asked == "a1b1");
}

TEST_CASE("nobody behind a busy consumer is asked, and room is its to call") {
  std::string asked;
  int room = 0;
  Saying first("a", Offered::busy, asked);
  Saying second("b", Offered::taken, asked);
  StanzaConsumers consumers;
  consumers.add(first);
  consumers.add(second);
  CHECK(consumers.offer(stanza("1"), [&room] { ++room; }) == Offered::busy);
  CHECK(asked == "a1");
  CHECK(room == 1);
}

TEST_CASE("all who are asked see one tree") {
  std::string asked;
  Saying first("a", Offered::foreign, asked);
  Saying second("b", Offered::taken, asked);
  StanzaConsumers consumers;
  consumers.add(first);
  consumers.add(second);
  CHECK(consumers.offer(stanza("1"), [] {}) == Offered::taken);
  CHECK(first.seen != nullptr);
  CHECK(first.seen == second.seen);
}

TEST_CASE("what nobody wants is foreign") {
  std::string asked;
  StanzaConsumers consumers;
  CHECK(consumers.offer(stanza("1"), [] {}) == Offered::foreign);
  Saying only("a", Offered::foreign, asked);
  consumers.add(only);
  CHECK(consumers.offer(stanza("2"), [] {}) == Offered::foreign);
  CHECK(asked == "a2");
}

TEST_CASE("observers see a stanza before it is sent, and hear what came of it") {
  MemorySink sink;
  std::string seen;
  Seeing first(sink, seen);
  Seeing second(sink, seen);
  ObservedSink observed(sink);
  observed.add(first);
  observed.add(second);
  CHECK(observed.send(stanza("1"), {}) == Sent::ok);
  CHECK(observed.send(stanza("2"), {}) == Sent::ok);
  CHECK(seen == "1 after 0;1 after 0;1 sent;1 sent;2 after 1;2 after 1;2 sent;2 sent;");
  CHECK(sink.sent().size() == 2);
}

TEST_CASE(
    "who observes hears of answers and of what nobody wants, and of nothing that a consumer tells itself") {
  std::string asked;
  Saying first("a", Offered::foreign, asked);
  Saying second("b", Offered::foreign, asked);
  StanzaConsumers consumers;
  consumers.add(first);
  consumers.add(second, true);
  Hearing hearing;
  consumers.observe(hearing);
  consumers.offer(stanza("1"), [] {});
  CHECK(hearing.heard == "foreign 1;");
  first.says = Offered::taken;
  consumers.offer(stanza("2"), [] {});
  CHECK(hearing.heard == "foreign 1;answer 2;");
  first.says = Offered::foreign;
  second.says = Offered::taken;
  consumers.offer(stanza("3"), [] {});
  hearing.observes = false;
  second.says = Offered::foreign;
  consumers.offer(stanza("4"), [] {});
  CHECK(hearing.heard == "foreign 1;answer 2;");
}

TEST_CASE("a consumer that keeps a stanza is the last one to see it, and says when it is safe") {
  std::string asked;
  int safe = 0;
  Saying first("a", Offered::keeping, asked);
  Saying second("b", Offered::taken, asked);
  StanzaConsumers consumers;
  consumers.add(first);
  consumers.add(second);
  CHECK(consumers.offer(
            stanza("1"), [] {}, [&safe] { ++safe; }) == Offered::keeping);
  CHECK(asked == "a1");
  CHECK(safe == 1);
}
