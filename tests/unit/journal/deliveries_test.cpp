// SPDX-License-Identifier: MIT
#include "journal/deliveries.h"

#include "world.h"

using namespace restanza;
using namespace restanza::journal;
using namespace std::chrono_literals;

namespace {

// The same on disk and in memory.
struct Both {
  Directory directory;
  Opened opened{GENERATE(true, false) ? directory.path : std::string()};

  Delivery& kill(Delivery& delivery) {
    delivery.state = State::dead;
    delivery.changed = opened.clock.wall();
    opened.write([&](Database& db) { REQUIRE(update(db, delivery)); });
    return delivery;
  }
};

std::string text(const Delivery& d) {
  return std::to_string(d.seq) + " " + d.id + " " + d.endpoint + (d.answers ? " answers " : " silent ") +
         (d.state == State::dead ? "dead " : "waiting ") + std::to_string(d.attempts) + " " +
         std::to_string(d.failures) + " " + std::to_string(to_ms(d.accepted)) + " " +
         std::to_string(to_ms(d.changed)) + " " + d.last_error;
}

}  // namespace

TEST_CASE("a delivery comes back as it was stored, with its stanza") {
  Both world;
  xmpp::Stanza stanza{xmpp::Kind::presence, "subscribe", "böb@localhost/\"'",
                      "bot@rest.localhost", "",          "<presence type='subscribe'/>"};
  std::vector<Delivery> deliveries(1);
  Delivery& delivery = deliveries.front();
  delivery.id = "msg_1";
  delivery.endpoint = "crm";
  delivery.answers = false;
  delivery.accepted = delivery.changed = world.opened.clock.wall();
  world.opened.write([&](Database& db) { REQUIRE(insert(db, stanza, deliveries)); });
  CHECK(delivery.seq == 1);
  delivery.attempts = 3;
  delivery.failures = 2;
  delivery.changed += 5s;
  delivery.last_error = "status 503";
  world.opened.write([&](Database& db) {
    REQUIRE(update(db, delivery));
    const auto found = find(db, "msg_1");
    REQUIRE((found && *found));
    CHECK(text(**found) == text(delivery));
    REQUIRE((*found)->stanza);
    const xmpp::Stanza& back = *(*found)->stanza;
    CHECK(back.kind == stanza.kind);
    CHECK(back.type == stanza.type);
    CHECK(back.from == stanza.from);
    CHECK(back.to == stanza.to);
    CHECK(back.id == stanza.id);
    CHECK(back.xml == stanza.xml);
    const auto loaded = stanza_of(db, delivery.seq);
    REQUIRE((loaded && *loaded));
    CHECK((*loaded)->xml == stanza.xml);
    CHECK(find(db, "msg_2").value() == std::nullopt);
    CHECK_FALSE(stanza_of(db, 2).value());
  });
  const auto all = world.opened.listed();
  REQUIRE(all.size() == 1);
  CHECK(text(all[0]) == text(delivery));
  REQUIRE(all[0].stanza);
  CHECK(all[0].stanza->from == stanza.from);
  CHECK(all[0].stanza->type == stanza.type);
  CHECK(all[0].stanza->xml.empty());
}

TEST_CASE("a stanza is stored once for several endpoints, and goes with its last delivery") {
  Both world;
  const auto deliveries = world.opened.add_all("hello", {"a", "b", "c"});
  const auto stanzas = [&] { return world.opened.number("SELECT count(*) FROM stanza"); };
  CHECK(stanzas() == 1);
  for (size_t i = 0; i < 3; ++i) {
    CHECK(stanzas() == 1);
    world.opened.write([&](Database& db) { CHECK(discard(db, deliveries[i].seq).value()); });
  }
  CHECK(stanzas() == 0);
  world.opened.write([&](Database& db) { CHECK_FALSE(discard(db, deliveries[0].seq).value()); });
}

TEST_CASE("a stanza stays for a delivery that came back to life, shared or not") {
  Both world;
  auto alone = world.opened.add("alone");
  auto shared = world.opened.add_all("shared", {"a", "b"});
  world.kill(alone);
  world.kill(shared[0]);
  world.opened.write([&](Database& db) {
    alone = **revive(db, alone.id, world.opened.clock.wall());
    shared[0] = **revive(db, shared[0].id, world.opened.clock.wall());
    CHECK(*discard(db, shared[1].seq));
    CHECK((*find(db, alone.id))->stanza->xml == message("alone").xml);
    CHECK((*find(db, shared[0].id))->stanza->xml == message("shared").xml);
    CHECK(*discard(db, alone.seq));
    CHECK(*discard(db, shared[0].seq));
  });
  CHECK(world.opened.number("SELECT count(*) FROM stanza") == 0);
}

TEST_CASE("no seq is given twice while the journal is open, even when the last one is gone") {
  Both world;
  world.opened.add("one");
  auto last = world.opened.add("two");
  CHECK(last.seq == 2);
  world.opened.write([&](Database& db) { REQUIRE(discard(db, last.seq)); });
  last = world.opened.add("three");
  CHECK(last.seq == 3);
  world.kill(last);
  world.opened.write([&](Database& db) {
    CHECK((*revive(db, last.id, world.opened.clock.wall()))->seq == 4);
    REQUIRE(discard(db, {2, 3, 4}, {}));
  });
  CHECK(world.opened.add("four").seq == 5);
}

TEST_CASE("a journal that is opened again goes on behind the last that it holds") {
  const Directory directory;
  {
    Opened opened(directory.path);
    opened.add_all("hello", {"a", "b", "c"});
  }
  CHECK(Opened(directory.path).add("more").seq == 4);
}

TEST_CASE("a list is in the order of acceptance, by pages, and of what the filter names") {
  Both world;
  const WallTime start = world.opened.clock.wall();
  auto a1 = world.opened.add("1", "a");
  world.opened.clock.advance(10s);
  auto b2 = world.opened.add("2", "b");
  world.opened.clock.advance(10s);
  auto a3 = world.opened.add("3", "a");
  world.kill(b2);
  world.kill(a3);
  const auto listed = [&](std::optional<State> state, const std::string& endpoint,
                          std::optional<WallTime> after, std::optional<WallTime> before) {
    return ids(world.opened.listed({state, endpoint, after, before}));
  };
  CHECK(listed({}, "", {}, {}) == "msg_1_a msg_2_b msg_3_a");
  CHECK(listed(State::waiting, "", {}, {}) == "msg_1_a");
  CHECK(listed(State::dead, "", {}, {}) == "msg_2_b msg_3_a");
  CHECK(listed({}, "a", {}, {}) == "msg_1_a msg_3_a");
  CHECK(listed(State::dead, "a", {}, {}) == "msg_3_a");
  CHECK(listed({}, "", start + 10s, {}) == "msg_2_b msg_3_a");
  CHECK(listed({}, "", {}, start + 10s) == "msg_1_a");
  CHECK(listed({}, "", start + 10s, start + 20s) == "msg_2_b");
  CHECK(listed(State::dead, "b", start, start + 20s) == "msg_2_b");
  CHECK(listed(State::waiting, "b", {}, {}).empty());
  world.opened.write([&](Database& db) {
    CHECK(ids(*list(db, {}, 0, 2)) == "msg_1_a msg_2_b");
    CHECK(ids(*list(db, {}, b2.seq, 2)) == "msg_3_a");
    CHECK(list(db, {}, a3.seq, 2)->empty());
  });
}

TEST_CASE("a count tells for each endpoint what waits, what is dead, and since when the oldest waits") {
  Both world;
  const WallTime start = world.opened.clock.wall();
  auto dead = world.opened.add("0", "b");
  world.opened.clock.advance(1s);
  world.opened.add("1", "b");
  world.opened.clock.advance(1s);
  world.opened.add("2", "b");
  auto other = world.opened.add("3", "a");
  world.kill(dead);
  world.kill(other);
  world.opened.write([&](Database& db) {
    const auto counts = count(db);
    REQUIRE(counts);
    REQUIRE(counts->size() == 2);
    const Count& a = (*counts)[0];
    CHECK((a.endpoint == "a" && a.waiting == 0 && a.dead == 1 && !a.oldest));
    const Count& b = (*counts)[1];
    CHECK((b.endpoint == "b" && b.waiting == 2 && b.dead == 1 && b.oldest == start + 1s));
  });
}

TEST_CASE("a dead letter comes back to life with a new seq and its old id") {
  Both world;
  auto dead = world.opened.add("1");
  world.opened.add("2");
  dead.attempts = 5;
  dead.failures = 5;
  dead.last_error = "status 500";
  world.kill(dead);
  world.opened.clock.advance(1h);
  world.opened.write([&](Database& db) {
    const auto revived = revive(db, dead.id, world.opened.clock.wall());
    REQUIRE((revived && *revived));
    CHECK((*revived)->seq == 3);
    REQUIRE((*revived)->stanza);
    CHECK((*revived)->stanza->from == message("1").from);
    CHECK((*revived)->stanza->xml.empty());
    const auto found = find(db, dead.id);
    REQUIRE((found && *found));
    CHECK(text(**found) == text(**revived));
    const std::string now = std::to_string(to_ms(world.opened.clock.wall()));
    CHECK(text(**found) == "3 msg_1_default default answers waiting 0 0 " + now + " " + now + " ");
    CHECK((*found)->stanza->xml == message("1").xml);
    CHECK_FALSE(*revive(db, dead.id, world.opened.clock.wall()));  // it lives already
    CHECK_FALSE(*revive(db, "msg_unknown", world.opened.clock.wall()));
  });
  CHECK(ids(world.opened.listed()) == "msg_2_default msg_1_default");
}

TEST_CASE("many dead letters come back in their old order, of one endpoint, and no more than the limit") {
  Both world;
  for (int i = 0; i < 4; ++i) {
    auto delivery = world.opened.add(std::to_string(i), i == 1 ? "other" : "default");
    world.kill(delivery);
  }
  world.opened.write([&](Database& db) {
    Filter filter;
    filter.endpoint = "default";
    filter.state = State::waiting;  // plays no part
    CHECK(ids(*revive(db, filter, world.opened.clock.wall(), 2)) == "msg_0_default msg_2_default");
    CHECK(ids(*revive(db, filter, world.opened.clock.wall(), 2)) == "msg_3_default");
    CHECK(revive(db, filter, world.opened.clock.wall(), 2)->empty());
  });
  CHECK(ids(world.opened.listed({State::dead, "", {}, {}})) == "msg_1_other");
  CHECK(ids(world.opened.listed({State::waiting, "", {}, {}})) ==
        "msg_0_default msg_2_default msg_3_default");
}

TEST_CASE("discarding takes those of the given that the filter names, and says which") {
  Both world;
  auto a = world.opened.add("1", "a");
  const Seq second = world.opened.add("2", "a").seq;
  const Seq third = world.opened.add("3", "b").seq;
  world.kill(a);
  const std::vector<Seq> all = {a.seq, second, third};
  world.opened.write([&](Database& db) {
    CHECK(discard(db, all, {State::dead, "b", {}, {}})->empty());
    CHECK(*discard(db, all, {State::dead, "", {}, {}}) == std::vector<Seq>{a.seq});
    CHECK(*discard(db, all, {{}, "a", {}, {}}) == std::vector<Seq>{second});
    CHECK(discard(db, {second}, {})->empty());
  });
  CHECK(ids(world.opened.listed()) == "msg_3_b");
  world.opened.write([&](Database& db) { CHECK(*discard(db, all, {}) == std::vector<Seq>{third}); });
  CHECK(world.opened.number("SELECT count(*) FROM stanza") == 0);
}

TEST_CASE("dead letters go when their death lies before a date, at the millisecond") {
  Both world;
  auto first = world.opened.add("1");
  world.kill(first);
  world.opened.clock.advance(1ms);
  auto second = world.opened.add("2");
  world.kill(second);
  world.opened.add("3");
  world.opened.write([&](Database& db) { CHECK(*discard_dead(db, second.changed) == 1); });
  CHECK(ids(world.opened.listed()) == "msg_2_default msg_3_default");
}

TEST_CASE("who stopped an endpoint, and why, is known after a restart, until it is forgotten") {
  const Directory directory;
  {
    Opened opened(directory.path);
    opened.write([](Database& db) {
      REQUIRE(remember(db, {"a", Stop::paused, "by hand"}));
      REQUIRE(remember(db, {"a", Stop::disabled, "it answered 410"}));
      REQUIRE(remember(db, {"b", Stop::paused, ""}));
    });
  }
  Opened opened(directory.path);
  opened.write([](Database& db) {
    auto all = stops(db);
    REQUIRE(all);
    REQUIRE(all->size() == 2);
    const EndpointStop& a = (*all)[0];
    CHECK((a.endpoint == "a" && a.stop == Stop::disabled && a.reason == "it answered 410"));
    const EndpointStop& b = (*all)[1];
    CHECK((b.endpoint == "b" && b.stop == Stop::paused && b.reason.empty()));
    REQUIRE(forget_stop(db, "a"));
    REQUIRE(forget_stop(db, "unknown"));
    CHECK(stops(db)->size() == 1);
  });
}
