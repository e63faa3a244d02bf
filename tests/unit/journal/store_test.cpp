// SPDX-License-Identifier: MIT
// What every store holds to: deliveries, dead letters and stopped endpoints.
#include "journal/store.h"

#include "any_store.h"

using namespace restanza;
using namespace restanza::journal;
using namespace std::chrono_literals;

namespace {

std::string text(const Delivery& d) {
  const auto ms = [](WallTime time) {
    return std::to_string(std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count());
  };
  return std::to_string(d.seq) + " " + d.id + " " + d.endpoint + (d.answers ? " answers " : " silent ") +
         (d.state == State::dead ? "dead " : "waiting ") + std::to_string(d.attempts) + " " +
         std::to_string(d.failures) + " " + ms(d.accepted) + " " + ms(d.changed) + " " + d.last_error;
}

std::string xml_of(const std::optional<xmpp::Stanza>& stanza) {
  return stanza ? stanza->xml : "none";
}

}  // namespace

TEST_CASE("a delivery comes back as it was stored, with its stanza") {
  AnyStore any;
  const xmpp::Stanza stanza{xmpp::Kind::presence, "subscribe", "böb@localhost/\"'",
                            "bot@rest.localhost", "",          "<presence type='subscribe'/>"};
  std::vector<Delivery> deliveries = {any.accepted("1", "crm")};
  Delivery& delivery = deliveries.front();
  delivery.answers = false;
  any.write({Insert{stanza, deliveries}});
  CHECK(delivery.seq == 1);
  delivery.attempts = 3;
  delivery.failures = 2;
  delivery.changed += 5s;
  delivery.last_error = "status 503";
  any.apply(noted_of(delivery));
  const auto found = any.ask(Find{delivery.id});
  REQUIRE(found);
  CHECK(text(*found) == text(delivery));
  REQUIRE(found->stanza);
  const xmpp::Stanza& back = *found->stanza;
  CHECK(back.kind == stanza.kind);
  CHECK(back.type == stanza.type);
  CHECK(back.from == stanza.from);
  CHECK(back.to == stanza.to);
  CHECK(back.id == stanza.id);
  CHECK(back.xml == stanza.xml);
  CHECK(xml_of(any.ask(LoadStanza{delivery.seq})) == stanza.xml);
  CHECK_FALSE(any.ask(Find{"msg_2"}));
  CHECK_FALSE(any.ask(LoadStanza{2}));
  const auto all = any.ask(List{{}, 0, 10});
  REQUIRE(all.size() == 1);
  CHECK(text(all[0]) == text(delivery));
  REQUIRE(all[0].stanza);
  CHECK(all[0].stanza->from == stanza.from);
  CHECK(all[0].stanza->type == stanza.type);
  CHECK(all[0].stanza->xml.empty());
}

TEST_CASE("a transaction carries out all it consists of, in order") {
  AnyStore any;
  const xmpp::Stanza one = message("one"), two = message("two");
  std::vector<Delivery> ones = {any.accepted("one", "a"), any.accepted("one", "b")};
  std::vector<Delivery> twos = {any.accepted("two", "a")};
  const Change gone = Removed{1}, stop = EndpointStop{"a", Stop::paused, "by hand"};
  const Command discard = Discard{{2, 3, 4}, {}};
  Result<Answer> discarded = Error{};
  any.write({Insert{one, ones}, &gone, &stop, Alone{discard, discarded}, Insert{two, twos}});
  CHECK((ones[0].seq == 1 && ones[1].seq == 2 && twos[0].seq == 3));
  REQUIRE(discarded);
  CHECK(std::get<Discard::Answer>(*discarded) == std::vector<Seq>{2});
  CHECK(any.listed() == "msg_two_a");
  CHECK(any.ask(ListStops{}).size() == 1);
}

TEST_CASE("a stanza stays until the last of its deliveries has gone") {
  AnyStore any;
  const auto deliveries = any.add_all("hello", {"a", "b", "c"});
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = i; j < 3; ++j)
      CHECK(xml_of(any.ask(LoadStanza{deliveries[j].seq})) == message("hello").xml);
    any.apply(Removed{deliveries[i].seq});
    CHECK(xml_of(any.ask(LoadStanza{deliveries[i].seq})) == "none");
  }
  any.apply(Removed{deliveries[0].seq});  // it has gone already
  CHECK(any.listed().empty());
}

TEST_CASE("a stanza stays for a delivery that came back to life, shared or not") {
  AnyStore any;
  auto alone = any.add("alone");
  auto shared = any.add_all("shared", {"a", "b"});
  any.kill(alone);
  any.kill(shared[0]);
  alone = *any.ask(Revive{alone.id, any.now()});
  shared[0] = *any.ask(Revive{shared[0].id, any.now()});
  any.apply(Removed{shared[1].seq});
  CHECK(any.ask(Find{alone.id})->stanza->xml == message("alone").xml);
  CHECK(any.ask(Find{shared[0].id})->stanza->xml == message("shared").xml);
}

TEST_CASE("no seq is given twice while the journal is open, even when the last one is gone") {
  AnyStore any;
  any.add("one");
  auto last = any.add("two");
  CHECK(last.seq == 2);
  any.apply(Removed{last.seq});
  last = any.add("three");
  CHECK(last.seq == 3);
  any.kill(last);
  CHECK(any.ask(Revive{last.id, any.now()})->seq == 4);
  CHECK(any.ask(Discard{{1, 2, 3, 4}, {}}) == std::vector<Seq>{1, 4});
  CHECK(any.add("four").seq == 5);
}

TEST_CASE("a list is in the order of acceptance, by pages, and of what the filter names") {
  AnyStore any;
  const WallTime start = any.now();
  auto a1 = any.add("1", "a");
  any.clock.advance(10s);
  auto b2 = any.add("2", "b");
  any.clock.advance(10s);
  auto a3 = any.add("3", "a");
  any.kill(b2);
  any.kill(a3);
  CHECK(any.listed() == "msg_1_a msg_2_b msg_3_a");
  CHECK(any.listed({State::waiting, "", {}, {}}) == "msg_1_a");
  CHECK(any.listed({State::dead, "", {}, {}}) == "msg_2_b msg_3_a");
  CHECK(any.listed({{}, "a", {}, {}}) == "msg_1_a msg_3_a");
  CHECK(any.listed({State::dead, "a", {}, {}}) == "msg_3_a");
  CHECK(any.listed({{}, "", start + 10s, {}}) == "msg_2_b msg_3_a");
  CHECK(any.listed({{}, "", {}, start + 10s}) == "msg_1_a");
  CHECK(any.listed({{}, "", start + 10s, start + 20s}) == "msg_2_b");
  CHECK(any.listed({State::dead, "b", start, start + 20s}) == "msg_2_b");
  CHECK(any.listed({State::waiting, "b", {}, {}}).empty());
  CHECK(ids(any.ask(List{{}, 0, 2})) == "msg_1_a msg_2_b");
  CHECK(ids(any.ask(List{{}, b2.seq, 2})) == "msg_3_a");
  CHECK(any.ask(List{{}, a3.seq, 2}).empty());
}

TEST_CASE(
    "whole deliveries are listed up to a number and to bytes of xml, whatever their state, and one more of "
    "neither") {
  AnyStore any;
  auto dead = any.add("1", "a");
  any.add("2", "b");
  any.add("3", "a");
  any.kill(dead);
  const auto listed = [&](Seq beyond, size_t limit, size_t bytes) {
    std::string all;
    for (const auto& each : any.ask(ListWhole{beyond, limit, bytes})) all += each.stanza->id + " ";
    return all;
  };
  const size_t one = message("1").xml.size();
  CHECK(listed(0, 10, SIZE_MAX / 2) == "1 2 3 ");
  CHECK(listed(1, 10, SIZE_MAX / 2) == "2 3 ");
  CHECK(listed(0, 2, SIZE_MAX / 2) == "1 2 ");
  CHECK(listed(0, 10, 2 * one) == "1 2 ");
  CHECK(listed(0, 10, 2 * one - 1) == "1 ");
  CHECK(listed(0, 10, 0) == "1 ");
  CHECK(any.ask(ListWhole{0, 1, 0}).front().stanza->xml == message("1").xml);
}

TEST_CASE("a count tells for each endpoint what waits, what is dead, and since when the oldest waits") {
  AnyStore any;
  const WallTime start = any.now();
  auto dead = any.add("0", "b");
  any.clock.advance(1s);
  any.add("1", "b");
  any.clock.advance(1s);
  any.add("2", "b");
  auto other = any.add("3", "a");
  any.kill(dead);
  any.kill(other);
  const auto counts = any.ask(CountDeliveries{});
  REQUIRE(counts.size() == 2);
  const Count& a = counts[0];
  CHECK((a.endpoint == "a" && a.waiting == 0 && a.dead == 1 && !a.oldest));
  const Count& b = counts[1];
  CHECK((b.endpoint == "b" && b.waiting == 2 && b.dead == 1 && b.oldest == start + 1s));
}

TEST_CASE("a dead letter comes back to life with a new seq and its old id") {
  AnyStore any;
  auto dead = any.add("1");
  any.add("2");
  dead.attempts = 5;
  dead.failures = 5;
  dead.last_error = "status 500";
  any.kill(dead);
  any.clock.advance(1h);
  const auto revived = any.ask(Revive{dead.id, any.now()});
  REQUIRE(revived);
  REQUIRE(revived->stanza);
  CHECK(revived->stanza->from == message("1").from);
  CHECK(revived->stanza->xml.empty());
  Delivery expected = any.accepted("1", "default");
  expected.seq = 3;
  CHECK(text(*revived) == text(expected));
  const auto found = any.ask(Find{dead.id});
  REQUIRE(found);
  CHECK(text(*found) == text(expected));
  CHECK(found->stanza->xml == message("1").xml);
  CHECK_FALSE(any.ask(Revive{dead.id, any.now()}));  // it lives already
  CHECK_FALSE(any.ask(Revive{"msg_unknown", any.now()}));
  CHECK(any.listed() == "msg_2_default msg_1_default");
}

TEST_CASE("many dead letters come back in their old order, of one endpoint, and no more than the limit") {
  AnyStore any;
  for (int i = 0; i < 4; ++i) {
    auto delivery = any.add(std::to_string(i), i == 1 ? "other" : "default");
    any.kill(delivery);
  }
  Filter filter;
  filter.endpoint = "default";
  filter.state = State::waiting;  // plays no part
  const ReviveMany two{filter, 2, any.now()};
  CHECK(ids(any.ask(two)) == "msg_0_default msg_2_default");
  CHECK(ids(any.ask(two)) == "msg_3_default");
  CHECK(any.ask(two).empty());
  CHECK(any.listed({State::dead, "", {}, {}}) == "msg_1_other");
  CHECK(any.listed({State::waiting, "", {}, {}}) == "msg_0_default msg_2_default msg_3_default");
}

TEST_CASE("discarding takes those of the given that the filter names, and says which") {
  AnyStore any;
  auto a = any.add("1", "a");
  const Seq second = any.add("2", "a").seq;
  const Seq third = any.add("3", "b").seq;
  any.kill(a);
  const std::vector<Seq> all = {a.seq, second, third};
  CHECK(any.ask(Discard{all, {State::dead, "b", {}, {}}}).empty());
  CHECK(any.ask(Discard{all, {State::dead, "", {}, {}}}) == std::vector<Seq>{a.seq});
  CHECK(any.ask(Discard{all, {{}, "a", {}, {}}}) == std::vector<Seq>{second});
  CHECK(any.ask(Discard{{second}, {}}).empty());
  CHECK(any.listed() == "msg_3_b");
  CHECK(any.ask(Discard{all, {}}) == std::vector<Seq>{third});
}

TEST_CASE("dead letters go when their death lies before a date, at the millisecond") {
  AnyStore any;
  auto first = any.add("1");
  any.kill(first);
  any.clock.advance(1ms);
  auto second = any.add("2");
  any.kill(second);
  any.add("3");
  any.apply(ForgetDead{second.changed});
  CHECK(any.listed() == "msg_2_default msg_3_default");
}

TEST_CASE("dates are moved by what is right for each, and those of the future stay") {
  AnyStore any;
  const WallTime begin = any.now() + 10s, until = begin + 10s;
  std::vector<Delivery> all;
  for (const WallTime at : {begin - 1ms, begin, until, until + 1ms}) {
    any.clock.advance(std::chrono::duration_cast<std::chrono::milliseconds>(at - any.now()));
    all.push_back(any.add(std::to_string(all.size())));
  }
  any.kill(all[1]);
  any.apply(Redated{begin, until, 5h, 2h});
  const auto listed = any.ask(List{{}, 0, 100});
  REQUIRE(listed.size() == 4);
  CHECK(listed[0].accepted == all[0].accepted + 2h);
  CHECK(listed[1].accepted == all[1].accepted + 5h);
  CHECK(listed[1].changed == all[1].changed);
  CHECK(listed[2].changed == all[2].changed + 5h);
  CHECK(listed[3].changed == all[3].changed);
  any.apply(Redated{begin + 5h, until + 5h, -5h, -2h});
  const auto again = any.ask(List{{}, 0, 100});
  for (size_t i = 0; i < 3; ++i) CHECK(again[i].accepted == all[i].accepted);
}

TEST_CASE("who stopped an endpoint, and why, is known until it is forgotten") {
  AnyStore any;
  any.apply(EndpointStop{"a", Stop::paused, "by hand"});
  any.apply(EndpointStop{"a", Stop::disabled, "it answered 410"});
  any.apply(EndpointStop{"b", Stop::paused, ""});
  if (!any.in_memory()) any.open();
  const auto all = any.ask(ListStops{});
  REQUIRE(all.size() == 2);
  const EndpointStop& a = all[0];
  CHECK((a.endpoint == "a" && a.stop == Stop::disabled && a.reason == "it answered 410"));
  const EndpointStop& b = all[1];
  CHECK((b.endpoint == "b" && b.stop == Stop::paused && b.reason.empty()));
  any.apply(Started{"a"});
  any.apply(Started{"unknown"});
  CHECK(any.ask(ListStops{}).size() == 1);
}

TEST_CASE(
    "a store that is opened again holds what was written, and goes on behind its last seq, also once that is "
    "gone") {
  AnyStore any;
  any.add_all("hello", {"a", "b", "c"});
  any.open();
  CHECK(any.listed() == (any.in_memory() ? "" : "msg_hello_a msg_hello_b msg_hello_c"));
  any.apply(Removed{3});
  CHECK(any.add("more").seq > (any.in_memory() ? 0 : 3));
}

TEST_CASE("a store is full from max_bytes on, takes all the same, and is not once enough has gone") {
  AnyStore any(200000);
  CHECK_FALSE(any.store->full());
  std::vector<Seq> seqs;
  while (!any.store->full()) {
    REQUIRE(seqs.size() < 100);
    seqs.push_back(any.add(std::string(5000, 'x')).seq);
  }
  CHECK(seqs.size() > 3);
  CHECK(any.add("more").seq == seqs.back() + 1);
  CHECK(any.ask(Discard{seqs, {}}) == seqs);
  CHECK_FALSE(any.store->full());
}

TEST_CASE("a report names what waits for each endpoint, while the store is open and after it") {
  AnyStore any;
  if (any.in_memory()) return;  // nobody else can look into it
  any.add("hello", "crm");
  auto dead = any.add("old", "audit");
  any.kill(dead);
  const std::string open = any.report();
  CHECK_THAT(open, Contains("crm"));
  CHECK_THAT(open, Contains("audit"));
  CHECK_THAT(open, Contains("alice@localhost"));
  CHECK(open.back() == '\n');
  CHECK(open.find("hello</body>") == std::string::npos);
  any.store.reset();
  // Who has the queue, where hosts share a server, is told at the end.
  CHECK(any.report().substr(0, open.find("\nNODE")) == open.substr(0, open.find("\nNODE")));
}

TEST_CASE("a report of a place without a store is an error that names it, or the remedy") {
  const Directory directory;
  for (const StoreRow& row : store_rows()) {
    if (row.in_memory) continue;
    const StorePlace place = row.place(directory.path);
    const auto told = kind_of(place).report(place, SystemClock());
    REQUIRE_FALSE(told);
    CHECK_THAT(told.error().text, Contains(row.on_server ? "--migrate" : directory.path));
  }
}
