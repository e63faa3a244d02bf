// SPDX-License-Identifier: MIT
#include "webhook/dispatcher.h"

#include <atomic>
#include <map>
#include <set>

#include "unit/webhook/running.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;

TEST_CASE("a thousand stanzas arrive in the order of their conversations, as many at once as allowed") {
  std::mutex mutex;
  std::map<std::string, std::vector<std::string>> arrived;
  std::map<std::string, int> at_once;
  int running = 0, most = 0;
  bool overlapped = false;
  Door full;  // opens once as many requests as allowed are there together
  MemoryEndpoint endpoint(MemoryEndpoint::each_request([&](const std::string& request) {
    const std::string from = attribute(request, "from");
    {
      const std::lock_guard<std::mutex> lock(mutex);
      arrived[from].push_back(attribute(request, "id"));
      overlapped = overlapped || ++at_once[from] > 1;
      most = std::max(most, ++running);
      if (running == 4) full.open();
    }
    full.pass();
    std::this_thread::sleep_for(1ms);  // the endpoint's own slowness, not a wait for anything
    const std::lock_guard<std::mutex> lock(mutex);
    --at_once[from];
    --running;
    return response(200, "application/xmpp+xml",
                    "<message id='re-" + attribute(request, "id") + "'><body>y</body></message>");
  }));
  Running r(endpoint);
  r.settings[0].max_connections = 4;
  r.start();
  for (int i = 0; i < 1000; ++i) r.give(message(user(i % 10), std::to_string(i)));
  REQUIRE(r.drain());

  REQUIRE(arrived.size() == 10);
  std::map<std::string, std::vector<std::string>> replied;
  for (const auto& reply : r.replies.now()) replied[reply.to].push_back(reply.id);
  for (int u = 0; u < 10; ++u) {
    std::vector<std::string> ids, reply_ids;
    for (int i = u; i < 1000; i += 10) {
      ids.push_back(std::to_string(i));
      reply_ids.push_back("re-" + std::to_string(i));
    }
    CHECK(arrived[user(u) + "/r"] == ids);
    CHECK(replied[user(u) + "/r"] == reply_ids);
  }
  CHECK_FALSE(overlapped);
  CHECK(most == 4);
  CHECK(endpoint.connections() == 4);
}

TEST_CASE("a slow conversation does not hold up another") {
  Door slow;
  Collected<std::string> answered;
  MemoryEndpoint endpoint(MemoryEndpoint::each_request([&](const std::string& request) {
    if (attribute(request, "from") == "slow@localhost/r") slow.pass();
    answered.add(attribute(request, "id"));
    return response(204);
  }));
  Running r(endpoint);
  r.settings[0].max_connections = 2;
  r.start();
  for (int i = 0; i < 20; ++i) r.give(message("slow@localhost", "s" + std::to_string(i)));
  for (int i = 0; i < 20; ++i) r.give(message("quick@localhost", "q" + std::to_string(i)));
  const auto quick = answered.wait(20);
  REQUIRE(quick.size() == 20);
  for (const std::string& id : quick) CHECK(id.front() == 'q');
  slow.open();
  CHECK(r.drain());
  CHECK(answered.now().size() == 40);
}

TEST_CASE("as many stanzas wait as max_queued says, and one more is refused to its sender") {
  Door hold;
  MemoryEndpoint endpoint(MemoryEndpoint::each_request([&](const std::string&) {
    hold.pass();
    return response(204);
  }));
  Running r(endpoint);
  r.settings[0].max_queued = 2;
  r.start();
  r.give(message("a@localhost", "1"));
  r.give(message("b@localhost", "2"));
  r.give(message("c@localhost", "3"));
  const auto refused = r.replies.wait(1);
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].id == "3");
  CHECK(refused[0].to == "c@localhost/r");
  CHECK_THAT(refused[0].xml, Contains("<error type='wait'><resource-constraint "));
  SECTION("nor is anything said to what must not be answered") {
    r.give(message("c@localhost", "4", "error"));
    r.give(message("room@muc.localhost", "5", "groupchat"));
    r.give(stanza("<presence from='a@localhost' to='bot@rest.localhost'/>"));
    CHECK(r.replies.now().size() == 1);
    CHECK_THAT(r.metrics.text(), Contains("restanza_webhook_dropped_total 3\n"));
  }
  hold.open();
  CHECK(r.drain());
  CHECK(r.replies.now().size() == 1);
}

TEST_CASE("without retries an endpoint that is away is a stanza error for each and one line in the log") {
  Running r("http://nobody.example/stanzas");
  r.settings[0].max_connections = 1;
  r.settings[0].retry = false;
  r.start();
  for (int i = 0; i < 3; ++i) r.give(message("a@localhost", std::to_string(i)));
  REQUIRE(r.drain());
  const auto replies = r.replies.now();
  REQUIRE(replies.size() == 3);
  for (const auto& reply : replies) CHECK_THAT(reply.xml, Contains("<recipient-unavailable "));
  CHECK(r.said().size() == 1);
  CHECK(r.kept().empty());
}

TEST_CASE("stopping aborts what runs and gives up what only memory has, and every sender hears of it") {
  Door asked;
  MemoryEndpoint endpoint(MemoryEndpoint::each_request([&](const std::string&) {
    asked.open();
    return MemoryEndpoint::kUntilAborted;
  }));
  Running r(endpoint);
  r.settings[0].max_connections = 1;
  r.start();
  for (int i = 0; i < 3; ++i) r.give(message("a@localhost", std::to_string(i)));
  REQUIRE(asked.pass());
  Collected<int> done;
  r.fan_out->drain();
  r.dispatcher->drain([&] { done.add(1); });
  CHECK(done.now().empty());
  r.dispatcher->stop();
  CHECK(done.wait(1).size() == 1);
  std::multiset<std::string> ids;  // the one that ran ends on its own thread, before the others or after them
  for (const auto& reply : r.replies.now()) {
    ids.insert(reply.id);
    CHECK_THAT(reply.xml, Contains("<recipient-unavailable "));
  }
  CHECK(ids == std::multiset<std::string>{"0", "1", "2"});
  CHECK(r.offer(message("a@localhost", "late")) == xmpp::Offered::foreign);
  r.dispatcher->stop();
  CHECK(done.now().size() == 1);
}

TEST_CASE("a room's reflection of a reply or of another message from here is not forwarded") {
  Collected<std::string> requests;
  MemoryEndpoint endpoint(MemoryEndpoint::each_request([&](const std::string& request) {
    requests.add(request);
    return response(200, "application/xmpp+xml",
                    "<message type='groupchat' id='reply'><body>hi</body></message>");
  }));
  Running r(endpoint);
  r.start();
  const auto said = [](const std::string& nick, const std::string& id) {
    return stanza("<message type='groupchat' from='room@muc.localhost/" + nick +
                  "' to='bot@rest.localhost' id='" + id + "'><body>x</body></message>");
  };
  r.give(said("ann", "1"));
  const auto replies = r.replies.wait(1);
  REQUIRE(replies.size() == 1);
  r.fan_out->about_to_send(replies[0]);
  r.fan_out->about_to_send(
      stanza("<message type='groupchat' from='bot@rest.localhost' to='room@muc.localhost' id='posted'/>"));
  r.give(said("bot", "reply"));
  r.give(said("bot", "posted"));
  REQUIRE(r.drain());
  CHECK(requests.now().size() == 1);
}

TEST_CASE("what cannot be read of an answer is said in the log without its content") {
  MemoryEndpoint endpoint(MemoryEndpoint::each_request(
      [](const std::string&) { return response(200, "text/html", "<p>password: hunter2</p>"); }));
  Running r(endpoint);
  r.settings[0].url = endpoint.url("/in?token=hunter2");
  r.start();
  r.give(message("a@localhost", "1"));
  REQUIRE(r.drain());
  const auto lines = r.said();
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Contains("'text/html'"));
  CHECK_THAT(lines[0], !Contains("hunter2"));
}
