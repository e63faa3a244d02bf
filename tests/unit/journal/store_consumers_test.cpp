// SPDX-License-Identifier: MIT
// What every store remembers of those who ask for their deliveries.
#include "any_store.h"

using namespace restanza;
using namespace restanza::journal;
using namespace std::chrono_literals;

namespace {

constexpr size_t kAll = 1000;
constexpr size_t kRoom = 1u << 20;

struct Consumed : AnyStore {
  Consumer open_bot(const std::string& identity = "random") { return ask(OpenConsumer{"bot", identity}); }
  std::string page(Seq beyond, size_t limit = kAll, size_t bytes = kRoom) {
    return ids(ask(Page{"bot", beyond, limit, bytes}));
  }
  size_t acknowledge(Seq upto, size_t limit = kAll) { return ask(Acknowledge{"bot", upto, 0, limit}); }
  std::string refusal(const Command& command) {
    Result<Answer> answer = Answer();
    write({Alone{command, answer}});
    return answer ? "done" : answer.error().text;
  }
};

}  // namespace

TEST_CASE("a consumer is known from its first opening, with what comes after it") {
  Consumed any;
  any.add("before", "bot");
  const Consumer bot = any.open_bot("first");
  CHECK(bot.name == "bot");
  CHECK(bot.identity == "first");
  CHECK(bot.missed == 0);
  any.add("hello", "bot");
  any.add("others", "default");
  CHECK(any.page(bot.acknowledged) == "msg_hello_bot");
  const Consumer again = any.open_bot("second");
  CHECK(again.identity == "first");
  CHECK(again.acknowledged == bot.acknowledged);
  any.open();
  CHECK(any.open_bot("third").identity == (any.in_memory() ? "third" : "first"));
}

TEST_CASE("a page has whole stanzas in their order, up to its limits, and one more to neither") {
  Consumed any;
  const Seq begin = any.open_bot().acknowledged;
  for (const char* body : {"a", "b", "c"}) any.add(body, "bot");
  const auto all = any.ask(Page{"bot", begin, kAll, kRoom});
  REQUIRE(all.size() == 3);
  CHECK(all[0].stanza->xml == message("a").xml);
  const size_t each = all[0].stanza->xml.size();
  CHECK(any.page(begin, 2) == "msg_a_bot msg_b_bot");
  CHECK(any.page(begin, kAll, 2 * each) == "msg_a_bot msg_b_bot");
  CHECK(any.page(begin, kAll, 2 * each - 1) == "msg_a_bot");
  CHECK(any.page(begin, kAll, 0) == "msg_a_bot");  // or it would never be had
  CHECK(any.page(all[1].seq) == "msg_c_bot");
  CHECK(any.page(all[2].seq).empty());
}

TEST_CASE("what a consumer has acknowledged is removed, a part at a time, and stays acknowledged") {
  Consumed any;
  any.open_bot();
  for (const char* body : {"a", "b", "c", "d"}) any.add_all(body, {"bot", "default"});
  const auto all = any.ask(Page{"bot", 0, kAll, kRoom});
  CHECK(any.acknowledge(all[2].seq, 2) == 2);
  CHECK(any.open_bot().acknowledged == all[2].seq);
  CHECK(any.acknowledge(all[2].seq, 2) == 1);
  CHECK(any.acknowledge(all[2].seq, 2) == 0);
  CHECK(any.acknowledge(all[0].seq) == 0);
  CHECK(any.open_bot().acknowledged == all[2].seq);  // it does not go back
  Filter of_bot;
  of_bot.endpoint = "bot";
  CHECK(any.listed(of_bot) == "msg_d_bot");
  CHECK(ids(any.ask(Page{"default", 0, kAll, kRoom})) ==
        "msg_a_default msg_b_default msg_c_default msg_d_default");
}

TEST_CASE("what a consumer does not fetch in time is given up, the oldest first, and it is told how many") {
  Consumed any;
  any.open_bot();
  any.add("a", "bot");
  any.clock.advance(1h);
  for (const char* body : {"b", "c"}) any.add(body, "bot");
  const auto give_up = [&](std::optional<WallTime::duration> age, size_t limit) {
    return any.ask(GiveUp{"bot", age, limit, "it was not fetched", any.now()});
  };
  CHECK(give_up(1h + 1ms, kAll) == 0);
  any.clock.advance(1ms);
  CHECK(give_up(1h, kAll) == 1);
  CHECK(any.page(0) == "msg_b_bot msg_c_bot");
  CHECK(give_up(std::nullopt, 1) == 1);
  CHECK(any.page(0) == "msg_c_bot");
  Filter dead;
  dead.state = State::dead;
  const auto letters = any.ask(List{dead, 0, kAll});
  REQUIRE(letters.size() == 2);
  CHECK(letters[0].last_error == "it was not fetched");
  CHECK(letters[0].changed == std::chrono::floor<std::chrono::milliseconds>(any.now()));
  CHECK(any.open_bot().missed == 2);
  CHECK(any.open_bot().told == 0);
  any.ask(Acknowledge{"bot", 0, 1, kAll});
  CHECK(any.open_bot().told == 1);
  any.ask(Acknowledge{"bot", 0, 7, kAll});
  CHECK(any.open_bot().told == 2);  // of more there were none
  any.ask(Acknowledge{"bot", 0, 0, kAll});
  CHECK(any.open_bot().told == 2);
}

TEST_CASE("what has been acknowledged and not removed yet is not given up") {
  Consumed any;
  any.open_bot();
  for (const char* body : {"a", "b"}) any.add(body, "bot");
  const auto all = any.ask(Page{"bot", 0, kAll, kRoom});
  any.acknowledge(all[0].seq, 0);
  CHECK(any.ask(GiveUp{"bot", std::nullopt, kAll, "it was not fetched", any.now()}) == 1);
  CHECK(any.page(0) == "msg_a_bot");
}

TEST_CASE("a consumer that was never opened has nothing to acknowledge and nothing to give up") {
  Consumed any;
  any.add("a", "bot");
  CHECK_THAT(any.refusal(Acknowledge{"bot", 1, 0, kAll}), Contains("there is no consumer 'bot'"));
  CHECK_THAT(any.refusal(GiveUp{"bot", std::nullopt, kAll, "why", any.now()}),
             Contains("there is no consumer 'bot'"));
  CHECK(any.page(0) == "msg_a_bot");
}

TEST_CASE("a consumer comes from another store as it was there, and nothing of it goes back") {
  Consumed any;
  const auto restore = [&](const std::string& identity, Seq acknowledged, uint64_t missed, uint64_t told) {
    any.ask(RestoreConsumer{{"bot", identity, acknowledged, missed, told, 40}});
    const Consumer bot = any.open_bot("new");
    return bot.identity + " " + std::to_string(bot.acknowledged) + " " + std::to_string(bot.missed) + " " +
           std::to_string(bot.told);
  };
  CHECK(restore("theirs", 5, 3, 2) == "theirs 5 3 2");
  CHECK(any.add("a", "bot").seq > 40);  // the latest that was given there
  CHECK(restore("theirs", 4, 2, 1) == "theirs 5 3 2");
  CHECK(restore("theirs", 6, 2, 3) == "theirs 6 3 3");
  CHECK(restore("others", 4, 2, 1) == "others 4 2 1");  // by the same name, and another one
  const auto all = any.ask(ListConsumers{});
  REQUIRE(all.size() == 1);
  CHECK(all[0].identity == "others");
  CHECK(all[0].latest > 40);
}

TEST_CASE("a consumer that is forgotten is another one when it is opened again") {
  Consumed any;
  any.open_bot("first");
  any.add("a", "bot");
  any.ask(ForgetConsumer{"bot"});
  CHECK(any.ask(ListConsumers{}).empty());
  CHECK(any.listed() == "msg_a_bot");
  CHECK_THAT(any.refusal(Acknowledge{"bot", 1, 0, kAll}), Contains("there is no consumer 'bot'"));
  CHECK(any.open_bot("second").identity == "second");
  any.ask(ForgetConsumer{"nobody"});
}

TEST_CASE("a number that came with a delivery is not given again when that has gone") {
  Consumed any;
  Delivery foreign = any.accepted("a", "default");
  foreign.seq = 40;
  any.apply(Restored{std::make_shared<const Delivery>(foreign),
                     std::make_shared<const xmpp::Stanza>(message("a"))});
  any.apply(Removed{40});
  if (!any.in_memory()) any.open();
  CHECK(any.add("b").seq > 40);
}
