// SPDX-License-Identifier: MIT
// What the owner of the endpoints can do, and what of it outlasts a restart.
#include "support/directory.h"
#include "unit/webhook/running.h"

using namespace restanza;
using namespace restanza::webhook;

namespace {

// Answers all with one status that the test may change.
struct OneStatus {
  std::atomic<int> status;
  Collected<std::string> asked;
  MemoryEndpoint http{MemoryEndpoint::each_request([this](const std::string& request) {
    asked.add(attribute(request, "id"));
    return response(status);
  })};
  explicit OneStatus(int first) : status(first) {}
};

struct Steered : Running {
  Steered(OneStatus& endpoint, const Directory& directory) : Running(endpoint.http, By::hand) {
    journal_settings.directory = directory.path();
    settings[0].gone_disables = true;
  }
  std::string state() { return dispatcher->report()[0].state; }
  template <class What, class Result>
  Result asked(What&& what, Result otherwise) {
    Door done;
    Result got = otherwise;
    what([&](const restanza::Result<Result>& result) {
      if (result) got = *result;
      done.open();
    });
    REQUIRE(done.pass());
    return got;
  }
  size_t replay(const journal::Filter& filter) {
    return asked([&](auto then) { kept_deliveries->replay(filter, then); }, size_t{999999});
  }
  size_t discard(const journal::Filter& filter) {
    return asked([&](auto then) { kept_deliveries->discard(filter, then); }, size_t{999999});
  }
  subscription::KeptDeliveries::Discarded discard(const std::string& id) {
    return asked([&](auto then) { kept_deliveries->discard(id, then); },
                 subscription::KeptDeliveries::Discarded::unknown);
  }
  bool settled(size_t count) {
    return pass_time(std::chrono::milliseconds(0), [&] { return kept().size() == count; });
  }
};

}  // namespace

TEST_CASE("what waits when the program ends is delivered by the next one, in order and under the same ids") {
  const Directory directory;
  OneStatus endpoint(204);
  std::vector<std::string> ids;
  {
    Steered r(endpoint, directory);
    r.start();
    CHECK(r.dispatcher->pause("default") == Dispatcher::Steered::ok);
    for (int i = 0; i < 5; ++i) r.give(message("a@localhost", std::to_string(i)));
    REQUIRE(r.settled(5));
    for (const auto& delivery : r.kept()) ids.push_back(delivery.id);
    CHECK(r.drain());  // does not wait for what the disk keeps
    CHECK(r.replies.now().empty());
    r.give(message("a@localhost", "5"));  // during the drain, too
    REQUIRE(r.settled(6));
  }
  CHECK(endpoint.asked.now().empty());
  Steered r(endpoint, directory);
  r.start();
  CHECK(r.state() == "paused");
  CHECK(r.dispatcher->report()[0].waiting == 6);
  CHECK(r.dispatcher->resume("default") == Dispatcher::Steered::ok);
  CHECK(r.dispatcher->resume("default") == Dispatcher::Steered::unchanged);
  REQUIRE(r.pass_time(std::chrono::milliseconds(100), [&] { return endpoint.asked.now().size() == 6; }));
  CHECK(endpoint.asked.now() == std::vector<std::string>{"0", "1", "2", "3", "4", "5"});
  CHECK(r.settled(0));
}

TEST_CASE("what waits in memory is saved anew where the journal cannot be read any more") {
  constexpr size_t kMany = 3000;  // more than SQLite keeps of a file in memory, and less than the queue does
  const Directory directory;
  OneStatus endpoint(204);
  std::vector<std::string> ids;
  const auto ids_of = [](const std::vector<journal::Delivery>& deliveries) {
    std::vector<std::string> all;
    for (const auto& delivery : deliveries) all.push_back(delivery.id);
    return all;
  };
  {
    Steered r(endpoint, directory);
    r.start();
    CHECK(r.dispatcher->pause("default") == Dispatcher::Steered::ok);
    for (size_t i = 0; i < kMany; ++i) {
      r.give(stanza("<message from='a@localhost' to='bot@rest.localhost' id='" + std::to_string(i) +
                    "'><body>" + std::string(2000, 'x') + "</body></message>"));
    }
    REQUIRE(r.settled(kMany));
    ids = ids_of(r.kept());
    for (const char* name : {"/journal.db", "/journal.db-wal"})
      std::filesystem::resize_file(directory.path() + name, 0);
    CHECK(r.settled(kMany));
    CHECK(ids_of(r.kept()) == ids);
    const auto said = r.said();
    CHECK(std::any_of(said.begin(), said.end(), [](const std::string& line) {
      return line.find("It begins anew with what waits in memory") != std::string::npos;
    }));
  }
  Steered r(endpoint, directory);
  r.start();
  CHECK(r.state() == "paused");
  CHECK(r.dispatcher->report()[0].reason == "paused by request");
  CHECK(ids_of(r.kept()) == ids);
}

TEST_CASE("410 disables an endpoint, also for the next run, until it is resumed") {
  const Directory directory;
  OneStatus endpoint(410);
  {
    Steered r(endpoint, directory);
    r.start();
    r.give(message("a@localhost", "1"));
    REQUIRE(r.pass_time(std::chrono::milliseconds(0), [&] { return r.state() == "disabled"; }));
    r.give(message("a@localhost", "2"));
    REQUIRE(r.settled(2));
    CHECK(r.replies.now().empty());
    CHECK(r.dispatcher->report()[0].reason == "it answered 410 Gone");
  }
  endpoint.status = 204;
  Steered r(endpoint, directory);
  r.start();
  CHECK(r.state() == "disabled");
  CHECK(r.dispatcher->resume("default") == Dispatcher::Steered::ok);
  REQUIRE(r.pass_time(std::chrono::milliseconds(100), [&] { return endpoint.asked.now().size() == 3; }));
  CHECK(endpoint.asked.now() == std::vector<std::string>{"1", "1", "2"});
}

TEST_CASE("a dead letter that is replayed is delivered under its old id") {
  const Directory directory;
  OneStatus endpoint(500);
  Steered r(endpoint, directory);
  r.start();
  r.give(message("a@localhost", "1"));
  journal::Filter dead;
  dead.state = journal::State::dead;
  REQUIRE(r.pass_time(std::chrono::minutes(10), [&] { return r.kept(dead).size() == 1; }));
  const std::string id = r.kept()[0].id;
  const size_t asked = endpoint.asked.now().size();
  endpoint.status = 204;
  SECTION("by its id") {
    CHECK(r.asked([&](auto then) { r.kept_deliveries->replay(id, then); }, false));
    CHECK_FALSE(r.asked([&](auto then) { r.kept_deliveries->replay("msg_nobody", then); }, true));
  }
  SECTION("by a filter") {
    CHECK(r.replay(dead) == 1);
    CHECK(r.replay(dead) == 0);
  }
  CHECK(r.settled(0));
  CHECK(endpoint.asked.now().size() == asked + 1);
}

TEST_CASE("what is discarded is gone, and what is being posted is not") {
  const Directory directory;
  Door hold, asked;
  MemoryEndpoint slow(MemoryEndpoint::each_request([&](const std::string&) {
    asked.open();
    hold.pass();
    return response(204);
  }));
  OneStatus unused(204);
  Steered r(unused, directory);
  r.settings[0].url = r.know(slow).url();
  r.start();
  for (int i = 0; i < 3; ++i) r.give(message("a@localhost", std::to_string(i)));
  REQUIRE(asked.pass());
  REQUIRE(r.settled(3));
  const auto kept = r.kept();
  CHECK(r.discard(kept[0].id) == subscription::KeptDeliveries::Discarded::at_work);
  CHECK(r.discard(kept[1].id) == subscription::KeptDeliveries::Discarded::ok);
  CHECK(r.discard(kept[1].id) == subscription::KeptDeliveries::Discarded::unknown);
  CHECK(r.discard(journal::Filter{}) == 1);
  CHECK(r.dispatcher->report()[0].waiting == 1);
  hold.open();
  CHECK(r.settled(0));
}

TEST_CASE("what is discarded in the moment in which it is posted is not posted again") {
  const Directory directory;
  Door hold, asked;
  Collected<std::string> posts;
  MemoryEndpoint failing(MemoryEndpoint::each_request([&](const std::string& request) {
    posts.add(request);
    asked.open();
    hold.pass();
    return response(500);
  }));
  OneStatus unused(204);
  Steered r(unused, directory);
  r.settings[0].url = r.know(failing).url();
  r.start();
  r.give(message("a@localhost", "1"));
  REQUIRE(asked.pass());
  const journal::Delivery posted = r.kept().at(0);
  Door gone;
  r.journal->discard({posted.seq}, {}, [&](const auto& seqs) {
    if (seqs && seqs->size() == 1) gone.open();
  });
  REQUIRE(gone.pass());
  r.dispatcher->destinations().at(0)->withdraw(posted);
  hold.open();
  CHECK(r.pass_time(std::chrono::seconds(1), [&] {
    const auto now = r.dispatcher->report()[0];
    return now.waiting == 0 && now.at_work == 0;
  }));
  CHECK(posts.now().size() == 1);
}

TEST_CASE("what waits for an endpoint that is not configured any more has its day like the rest") {
  const Directory directory;
  OneStatus endpoint(204);
  {
    Steered r(endpoint, directory);
    r.settings[0].name = "old";
    r.start();
    r.dispatcher->pause("old");
    r.give(message("a@localhost", "1"));
    REQUIRE(r.settled(1));
  }
  Steered r(endpoint, directory);
  r.start();
  CHECK(r.dispatcher->report()[0].waiting == 0);
  journal::Filter dead;
  dead.state = journal::State::dead;
  const Instant begin = r.clock.now();
  REQUIRE(r.pass_time(std::chrono::minutes(30), [&] { return r.kept(dead).size() == 1; }));
  CHECK(r.clock.now() - begin >= subscription::kLifetime);
  CHECK(endpoint.asked.now().empty());
  CHECK(r.replies.now().empty());
}

TEST_CASE("what expired while nothing ran goes back before anything is delivered") {
  const Directory directory;
  OneStatus endpoint(204);
  {
    Steered r(endpoint, directory);
    r.start();
    r.dispatcher->pause("default");
    r.give(message("a@localhost", "1"));
    REQUIRE(r.settled(1));
    r.fake.advance(std::chrono::hours(2));
    r.give(message("a@localhost", "2"));
    REQUIRE(r.settled(2));
  }
  Steered r(endpoint, directory);
  r.fake.advance(subscription::kLifetime + std::chrono::hours(1));
  Collected<size_t> returned;
  r.in_memory[endpoint.http.host()] = [&, make = r.in_memory[endpoint.http.host()]](auto&... world) {
    returned.add(r.replies.now().size());
    return make(world...);
  };
  r.start();
  CHECK(returned.now() == std::vector<size_t>{1});
  CHECK(endpoint.asked.now().empty());
  REQUIRE(r.replies.now().size() == 1);
  CHECK(r.replies.now()[0].id == "1");
  CHECK(r.dispatcher->report()[0].waiting == 1);
}

TEST_CASE("of several endpoints only the one that answers speaks to the sender") {
  const Directory directory;
  OneStatus first(204), second(204);
  MemoryEndpoint talker(MemoryEndpoint::each_request([](const std::string&) {
    return response(200, "application/xmpp+xml", "<message><body>me</body></message>");
  }));
  Steered r(first, directory);
  r.add("second", second.http);
  r.add("talker", talker).reply = true;
  r.start();
  r.give(message("a@localhost", "1"));
  CHECK(first.asked.wait(1).size() == 1);
  CHECK(second.asked.wait(1).size() == 1);
  const auto replies = r.replies.wait(1);
  REQUIRE(replies.size() == 1);
  CHECK_THAT(replies[0].xml, Contains("<body>me</body>"));
  CHECK(r.settled(0));
}

TEST_CASE("one dead endpoint does not hold up another") {
  const Directory directory;
  OneStatus dead(503), alive(204);
  Steered r(dead, directory);
  r.add("alive", alive.http);
  r.start();
  for (int i = 0; i < 100; ++i) r.give(message(user(i), std::to_string(i)));
  CHECK(alive.asked.wait(100).size() == 100);
  CHECK(r.settled(100));  // the dead one's
}
