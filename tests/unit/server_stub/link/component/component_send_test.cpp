// SPDX-License-Identifier: MIT
#include <atomic>
#include <thread>

#include "linked.h"
#include "support/catch.h"
#include "xml/stream_reader.h"

using namespace restanza;
using namespace restanza::host;
using namespace std::chrono_literals;

TEST_CASE("what would end the stream is refused, whatever the state of the link") {
  Linked linked([](ComponentSettings& settings) { settings.max_stanza = 120; });
  const std::string frame = message("m1", "");
  CHECK(linked.send(message("m1", std::string(120 - frame.size(), 'x'))) == XP_OK);
  CHECK(linked.send(message("m1", std::string(121 - frame.size(), 'x'))) == XP_TOO_BIG);

  CHECK(linked.send("<message to='alice@localhost'/>") == XP_DENIED);
  CHECK(linked.send("<message from='' to='alice@localhost'/>") == XP_DENIED);
  CHECK(linked.send("<message from='localhost' to='alice@localhost'/>") == XP_DENIED);
  CHECK(linked.send("<message from='rest.localhost@evil' to='alice@localhost'/>") == XP_DENIED);
  CHECK(linked.send("<message from='a@b@rest.localhost' to='alice@localhost'/>") == XP_DENIED);
  CHECK(linked.send("<message from='evil/x@rest.localhost' to='alice@localhost'/>") == XP_DENIED);
  CHECK(linked.send("<message from='@rest.localhost' to='alice@localhost'/>") == XP_DENIED);
  CHECK(linked.send("<message from='sub.rest.localhost' to='alice@localhost'/>") == XP_DENIED);

  CHECK(linked.send("<iq type='result' from='rest.localhost' to='alice@localhost'/>") == XP_INVALID);
  CHECK(linked.send("<iq type='ask' id='1' from='rest.localhost' to='alice@localhost'/>") == XP_INVALID);
  CHECK(linked.send("<iq id='1' from='rest.localhost' to='alice@localhost'/>") == XP_INVALID);
  xmpp::Stanza unlike = stanza(message("m1"));
  unlike.xml = "</stream:stream>";
  CHECK(linked.link->send(unlike, nullptr) == XP_INVALID);
}

TEST_CASE("a sender's address goes out prepared, as servers compare it") {
  Linked linked;
  linked.link->start();
  Peer peer = linked.logged_in();
  CHECK(linked.send("<message from='Bot@REST.localhost/R' to='alice@localhost'><body>'</body></message>") ==
        XP_OK);
  CHECK(peer.read_to("</message>") ==
        "<message from='bot@rest.localhost/R' to='alice@localhost'><body>'</body></message>");
}

TEST_CASE("messages and presence wait for the connection and go out in order") {
  Linked linked;
  CHECK(linked.send(message("m1")) == XP_OK);
  CHECK(linked.send("<presence from='bot@rest.localhost' to='alice@localhost'/>") == XP_OK);
  CHECK(linked.send(message("m2")) == XP_OK);
  linked.link->start();
  Peer peer = linked.logged_in();
  CHECK(peer.read_to("m2'><body>hello</body></message>") ==
        message("m1") + "<presence from='bot@rest.localhost' to='alice@localhost'/>" + message("m2"));
}

TEST_CASE("an iq request is not kept for later, an answer is") {
  const std::string ping =
      "<iq type='get' id='p1' from='rest.localhost' to='localhost'><ping "
      "xmlns='urn:xmpp:ping'/></iq>";
  const std::string pong = "<iq type='result' id='p0' from='rest.localhost' to='localhost'/>";
  Linked linked;
  Happenings writable;
  CHECK(linked.send(ping, [&] { writable.add("writable"); }) == XP_WOULD_BLOCK);
  CHECK(linked.send(pong) == XP_OK);
  linked.link->start();
  Peer peer = linked.logged_in();
  CHECK(peer.read_to("/>") == pong);
  writable.next("writable");
  CHECK(linked.send(ping) == XP_OK);
  CHECK(peer.read_to("</iq>") == ping);
  peer.hang_up();
  linked.log.lines.next("is not connected");
  CHECK(linked.send(ping) == XP_WOULD_BLOCK);
  CHECK(writable.waiting() == 0);
}

TEST_CASE("the queue takes as many stanzas as its limit, and calls once when there is room again") {
  Linked linked([](ComponentSettings& settings) { settings.queue.stanzas = 3; });
  Happenings writable;
  for (const char* id : {"m1", "m2", "m3"}) CHECK(linked.send(message(id)) == XP_OK);
  CHECK(linked.send(message("m4"), [&] { writable.add("writable"); }) == XP_WOULD_BLOCK);
  linked.link->start();
  Peer peer = linked.logged_in();
  writable.next("writable");
  CHECK(linked.send(message("m4")) == XP_OK);
  CHECK(peer.read_to("m4'><body>hello</body></message>") ==
        message("m1") + message("m2") + message("m3") + message("m4"));
  linked.settle();
  CHECK(writable.waiting() == 0);
}

TEST_CASE("a large stanza goes out whole") {
  Linked linked;
  linked.link->start();
  Peer peer = linked.logged_in();
  const std::string large = message("m1", std::string(200000, 'x'));
  CHECK(linked.send(large) == XP_OK);
  CHECK(peer.read_to("</message>") == large);
}

TEST_CASE("a peer that does not read blocks nobody; what was taken comes in order, the rest was refused") {
  Linked linked([](ComponentSettings& settings) { settings.queue.stanzas = 20; });
  linked.link->start();
  Peer peer = linked.logged_in();
  const std::string body(60000, 'x');
  Happenings writable;
  // 120 MB: more than the queue and the socket's buffers on both sides can hold.
  int taken = 0;
  for (int i = 0; i < 2000; ++i) {
    const xp_status status =
        linked.send(message(std::to_string(taken), body), [&] { writable.add("writable"); });
    REQUIRE((status == XP_OK || status == XP_WOULD_BLOCK));
    if (status == XP_OK) ++taken;
  }
  CHECK(taken >= 20);
  CHECK(taken < 1000);
  for (int i = 0; i < taken; ++i) REQUIRE(peer.read_to("</message>") == message(std::to_string(i), body));
  writable.next("writable");
  value_of(linked.close(0ms));  // nobody calls `writable` after this
}

TEST_CASE("after a cut in the middle of a stanza the next stream begins with a whole one") {
  Linked linked([](ComponentSettings& settings) { settings.queue.stanzas = 1000; });
  linked.link->start();
  const std::string body(60000, 'x');
  int taken = 0;
  {
    Peer peer = linked.logged_in();
    while (taken < 1000 && linked.send(message(std::to_string(taken), body)) == XP_OK) ++taken;
    CHECK(peer.read_to("</message>") == message("0", body));
    peer.reset();
  }
  Peer peer = linked.logged_in();
  const std::string first = peer.read_to("</message>");
  const size_t at = first.find("id='") + 4;
  int id = std::stoi(first.substr(at));
  CHECK(id > 0);
  CHECK(first == message(std::to_string(id), body));
  while (++id < taken) REQUIRE(peer.read_to("</message>") == message(std::to_string(id), body));
}

TEST_CASE("closing sends what waits, says the end, reads to the peer's end, and then nothing is taken") {
  Linked linked;
  linked.link->start();
  Peer peer = linked.logged_in();
  for (int i = 0; i < 500; ++i) REQUIRE(linked.send(message(std::to_string(i))) == XP_OK);
  auto closed = linked.close();
  CHECK(linked.send(message("late")) == XP_GONE);
  std::string expected;
  for (int i = 0; i < 500; ++i) expected += message(std::to_string(i));
  CHECK(peer.read_to("</stream:stream>") == expected + "</stream:stream>");
  peer.say("<message from='alice@localhost' to='rest.localhost'/></stream:stream>");
  CHECK(linked.hooks.seen.next() == "<message from='alice@localhost' to='rest.localhost'/>");
  CHECK(value_of(std::move(closed)) == 0);
  CHECK(peer.read_to_end().empty());
  CHECK_FALSE(linked.link->up());
}

TEST_CASE("closing while the server is away tries to deliver what waits until the deadline, and counts it") {
  Linked linked;
  linked.server.stop();
  linked.link->start();
  CHECK(linked.send(message("m1")) == XP_OK);
  CHECK(linked.send(message("m2")) == XP_OK);
  linked.log.lines.next("is not connected");
  SECTION("in vain") {
    CHECK(value_of(linked.close(50ms)) == 2);
  }
  SECTION("with success") {
    auto closed = linked.close();
    linked.server.restart();
    Peer peer = linked.server.accept_login();
    CHECK(peer.read_to("</stream:stream>") == message("m1") + message("m2") + "</stream:stream>");
    peer.say("</stream:stream>");
    CHECK(value_of(std::move(closed)) == 0);
  }
}

TEST_CASE("a peer that never ends its stream holds the close no longer than the deadline") {
  Linked linked;
  linked.link->start();
  Peer peer = linked.logged_in();
  linked.close(1min);
  CHECK(peer.read_to("</stream:stream>") == "</stream:stream>");
  CHECK(value_of(linked.close(30ms)) == 0);
}

TEST_CASE("work that is posted runs in order on the link's thread, and not after its end") {
  Linked linked;
  std::vector<int> order;
  std::thread::id thread;
  linked.link->post([&] { order.push_back(1); });
  linked.link->post([&] { thread = std::this_thread::get_id(); });
  linked.link->post([&] { order.push_back(2); });
  linked.link->start();
  linked.settle();
  CHECK(order == std::vector<int>{1, 2});
  CHECK(thread != std::this_thread::get_id());
  value_of(linked.close(0ms));
  auto held = std::make_shared<int>(0);
  linked.link->post([held] { *held = 1; });
  CHECK(held.use_count() == 1);
  CHECK(*held == 0);
}

TEST_CASE("senders on many threads and a server that keeps hanging up leave every stream well-formed") {
  Linked linked([](ComponentSettings& settings) { settings.queue.stanzas = 200; });
  linked.link->start();
  constexpr int kSenders = 4;
  std::atomic<bool> stays{false};  // the server; what it was sent before may be lost
  std::vector<std::thread> senders;
  for (int sender = 0; sender < kSenders; ++sender) {
    senders.emplace_back([&linked, &stays, sender] {
      int left = 1000;  // to send from then on
      for (int i = 0; left > 0; ++i) {
        if (stays) --left;
        const std::string text =
            message(std::to_string(sender) + "-" + std::to_string(i) + (left == 0 ? "-end" : ""));
        for (bool taken = false; !taken;) {
          auto room = std::make_shared<std::promise<void>>();
          auto there = room->get_future();
          const xp_status status = linked.send(text, [room] { room->set_value(); });
          taken = status == XP_OK;
          if (!taken && status != XP_WOULD_BLOCK) return;
          if (!taken && there.wait_for(10s) != std::future_status::ready) return;
        }
      }
    });
  }
  for (int round = 0; round < 6; ++round) {
    Peer peer = linked.server.accept_login();
    for (int i = 0; i < 20; ++i) peer.read_to("</message>");
    round % 2 == 0 ? peer.reset() : peer.hang_up();
  }
  Peer peer = linked.server.accept_login();
  stays = true;
  std::vector<int> last(kSenders, -1);
  int ended = 0;
  bool in_order = true;
  xml::StreamReader::Handlers handlers;
  handlers.element = [&](const xml::Document& element) {
    const std::string id(element.root().attribute("id").value_or(""));
    const auto sender = static_cast<size_t>(std::stoi(id));
    const int number = std::stoi(id.substr(id.find('-') + 1));
    in_order = in_order && number > last[sender];
    last[sender] = number;
    if (id.find("-end") != std::string::npos) ++ended;
  };
  xml::StreamReader reader({}, handlers);
  REQUIRE(reader.feed("<stream>"));
  while (ended < kSenders) REQUIRE(reader.feed(peer.read_to("</message>")));
  CHECK(in_order);
  for (std::thread& sender : senders) sender.join();
}
