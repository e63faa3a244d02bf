// SPDX-License-Identifier: MIT
#include "webhook/dispatcher.h"

#include <atomic>
#include <map>

#include "base/clock.h"
#include "support/catch.h"
#include "unit/webhook/endpoint.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;

namespace {

std::string user(int number) {
  return "user" + std::to_string(number) + "@localhost";
}

xmpp::Stanza message(const std::string& from, const std::string& id) {
  return stanza("<message type='chat' from='" + from + "/r' to='bot@rest.localhost' id='" + id +
                "'><body>x</body></message>");
}

std::string attribute(const std::string& request, const std::string& name) {
  const auto got = *xmpp::parse_stanza(request.substr(request.find("\r\n\r\n") + 4));
  return name == "from" ? got.from : got.id;
}

struct Running {
  SystemClock clock;
  Timer timer{clock};
  CollectedLog log;
  Collected<xmpp::Stanza> replies;
  Settings settings;
  std::unique_ptr<Dispatcher> dispatcher;

  explicit Running(const std::string& url) {
    timer.start();
    settings.url = url;
    settings.domain = "rest.localhost";
  }
  Dispatcher& start() {
    dispatcher = std::make_unique<Dispatcher>(
        settings, [this](xmpp::Stanza reply) { replies.add(std::move(reply)); }, timer, log);
    dispatcher->start();
    return *dispatcher;
  }
  bool drain() {
    Gate drained;
    dispatcher->drain([&] { drained.open(); });
    return drained.pass();
  }
};

}  // namespace

TEST_CASE("a thousand stanzas arrive in the order of their conversations, as many at once as allowed") {
  std::mutex mutex;
  std::map<std::string, std::vector<std::string>> arrived;
  std::map<std::string, int> at_once;
  int running = 0, most = 0;
  bool overlapped = false;
  Endpoint endpoint(Endpoint::each_request([&](const std::string& request) {
    const std::string from = attribute(request, "from");
    {
      const std::lock_guard<std::mutex> lock(mutex);
      arrived[from].push_back(attribute(request, "id"));
      overlapped = overlapped || ++at_once[from] > 1;
      most = std::max(most, ++running);
    }
    std::this_thread::sleep_for(1ms);  // the endpoint's own slowness, not a wait for anything
    const std::lock_guard<std::mutex> lock(mutex);
    --at_once[from];
    --running;
    return response(200, "application/xmpp+xml",
                    "<message id='re-" + attribute(request, "id") + "'><body>y</body></message>");
  }));
  Running r(endpoint.url());
  r.settings.max_connections = 4;
  Dispatcher& dispatcher = r.start();
  for (int i = 0; i < 1000; ++i) REQUIRE(dispatcher.take(message(user(i % 10), std::to_string(i))));
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
  Gate slow;
  Collected<std::string> answered;
  Endpoint endpoint(Endpoint::each_request([&](const std::string& request) {
    if (attribute(request, "from") == "slow@localhost/r") slow.pass();
    answered.add(attribute(request, "id"));
    return response(204);
  }));
  Running r(endpoint.url());
  r.settings.max_connections = 2;
  Dispatcher& dispatcher = r.start();
  for (int i = 0; i < 20; ++i) REQUIRE(dispatcher.take(message("slow@localhost", "s" + std::to_string(i))));
  for (int i = 0; i < 20; ++i) REQUIRE(dispatcher.take(message("quick@localhost", "q" + std::to_string(i))));
  const auto quick = answered.wait(20);
  REQUIRE(quick.size() == 20);
  for (const std::string& id : quick) CHECK(id.front() == 'q');
  slow.open();
  CHECK(r.drain());
  CHECK(answered.now().size() == 40);
}

TEST_CASE("what waits is bounded, and one more is not taken") {
  Gate hold, asked;
  Endpoint endpoint(Endpoint::each_request([&](const std::string&) {
    asked.open();
    hold.pass();
    return response(204);
  }));
  Running r(endpoint.url());
  r.settings.max_connections = 1;
  r.settings.max_queued = 2;
  Dispatcher& dispatcher = r.start();
  REQUIRE(dispatcher.take(message("a@localhost", "at work")));
  REQUIRE(asked.pass());
  CHECK(dispatcher.take(message("a@localhost", "1")));
  CHECK(dispatcher.take(message("b@localhost", "2")));
  auto refused = message("c@localhost", "3");
  CHECK_FALSE(dispatcher.take(std::move(refused)));
  CHECK(refused.from == "c@localhost/r");  // the caller can still answer it
  CHECK_FALSE(refused.xml.empty());
  hold.open();
  CHECK(r.drain());
  CHECK_FALSE(dispatcher.take(message("a@localhost", "after the drain")));
}

TEST_CASE("an endpoint that is away is a stanza error for each and one line in the log") {
  std::string url;
  {
    Endpoint gone([](int, size_t) {});
    url = gone.url();
  }
  Running r(url);
  r.settings.max_connections = 1;
  Dispatcher& dispatcher = r.start();
  for (int i = 0; i < 3; ++i) REQUIRE(dispatcher.take(message("a@localhost", std::to_string(i))));
  REQUIRE(r.drain());
  const auto replies = r.replies.now();
  REQUIRE(replies.size() == 3);
  for (const auto& reply : replies) CHECK_THAT(reply.xml, Catch::Contains("<recipient-unavailable "));
  CHECK(r.log.lines.now().size() == 1);
}

TEST_CASE("stopping aborts what runs and gives up what waits, and every sender hears of it") {
  Gate asked;
  Endpoint endpoint([&](int connection, size_t) {
    if (is_probe(read_request(connection)) && send_all(connection, response(200))) read_request(connection);
    asked.open();
    read_request(connection);  // ends when the client leaves
  });
  Running r(endpoint.url());
  r.settings.max_connections = 1;
  Dispatcher& dispatcher = r.start();
  for (int i = 0; i < 3; ++i) REQUIRE(dispatcher.take(message("a@localhost", std::to_string(i))));
  REQUIRE(asked.pass());
  std::atomic<int> done{0};
  dispatcher.drain([&] { ++done; });
  CHECK(done == 0);
  dispatcher.stop();
  CHECK(done == 1);
  std::string ids;
  for (const auto& reply : r.replies.now()) {
    ids += reply.id;
    CHECK_THAT(reply.xml, Catch::Contains("<recipient-unavailable "));
  }
  CHECK(ids == "012");
  CHECK_FALSE(dispatcher.take(message("a@localhost", "late")));
  dispatcher.stop();
  CHECK(done == 1);
}

TEST_CASE("a room's reflection of a reply or of another message from here is not forwarded") {
  Collected<std::string> requests;
  Endpoint endpoint(Endpoint::each_request([&](const std::string& request) {
    requests.add(request);
    return response(200, "application/xmpp+xml",
                    "<message type='groupchat' id='reply'><body>hi</body></message>");
  }));
  Running r(endpoint.url());
  Dispatcher& dispatcher = r.start();
  const auto said = [](const std::string& nick, const std::string& id) {
    return stanza("<message type='groupchat' from='room@muc.localhost/" + nick +
                  "' to='bot@rest.localhost' id='" + id + "'><body>x</body></message>");
  };
  REQUIRE(dispatcher.take(said("ann", "1")));
  REQUIRE(r.replies.wait(1).size() == 1);
  dispatcher.note_sent(
      stanza("<message type='groupchat' from='bot@rest.localhost' to='room@muc.localhost' id='posted'/>"));
  CHECK(dispatcher.take(said("bot", "reply")));
  CHECK(dispatcher.take(said("bot", "posted")));
  REQUIRE(r.drain());
  CHECK(requests.now().size() == 1);
}

TEST_CASE("what cannot be read of an answer is said in the log without its content") {
  Endpoint endpoint(Endpoint::each_request(
      [](const std::string&) { return response(200, "text/html", "<p>password: hunter2</p>"); }));
  Running r(endpoint.url("/in?token=hunter2"));
  REQUIRE(r.start().take(message("a@localhost", "1")));
  REQUIRE(r.drain());
  const auto lines = r.log.lines.now();
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Catch::Contains("'text/html'"));
  CHECK_THAT(lines[0], !Catch::Contains("hunter2"));
}
