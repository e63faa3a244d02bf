// SPDX-License-Identifier: MIT
// Endpoints that come, change and go while the plugin runs: no delivery is lost, repeated or overtaken.
#include <stdlib.h>

#include <filesystem>

#include "unit/webhook/running.h"

using namespace restanza;
using namespace restanza::webhook;

namespace {

constexpr std::chrono::milliseconds kNoTime{0};

struct Directory {
  std::string path = "/tmp/webhook-test-XXXXXX";
  Directory() { REQUIRE(mkdtemp(path.data())); }
  ~Directory() { std::filesystem::remove_all(path); }
};

// Answers at once, or once the door is open: everything, or one stanza.
struct Answering {
  std::atomic<int> status{204};
  std::atomic<int> probes{0};
  std::atomic<bool> waits{false};
  std::string waits_with;  // the stanza's id, set before the start
  Door door;
  Collected<std::string> asked, ids;
  MemoryEndpoint http{[this](const std::string& request) {
    if (is_probe(request)) {
      ++probes;
      return response(200);
    }
    const std::string id = attribute(request, "id");
    asked.add(id);
    ids.add(header(request, "webhook-id"));
    if (waits || id == waits_with) door.pass();
    return response(status);
  }};
};

struct Reloaded : Running {
  Reloaded(Answering& endpoint, const Directory& directory) : Running(endpoint.http, By::hand) {
    journal_settings.directory = directory.path;
  }
  // The first endpoint asks for headlines only, so that it is not in the way.
  Settings& beside(const std::string& name, Answering& endpoint) {
    settings[0].types = {"headline"};
    Settings& one = add(name, endpoint.http);
    one.types.clear();
    return one;
  }
  Result<void> reload() { return dispatcher->reconfigure(settings); }
  size_t waiting(size_t endpoint) { return dispatcher->report()[endpoint].waiting; }
  template <class Happened>
  bool soon(Happened happened) {
    return pass_time(kNoTime, happened);
  }
  bool settled(size_t count) {
    return soon([&] { return kept().size() == count; });
  }
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a new endpoint delivers what the journal holds under its name, and then what comes") {
  const Directory directory;
  Answering first, late;
  {
    Reloaded r(first, directory);
    r.beside("late", late);
    r.start();
    CHECK(r.dispatcher->pause("late") == Dispatcher::Steered::ok);
    for (const char* id : {"0", "1"}) r.give(message("a@localhost", id));
    REQUIRE(r.settled(2));
  }
  Reloaded r(first, directory);
  r.know(late.http);
  r.start();
  CHECK(r.offer(message("a@localhost", "x", "headline")) == Dispatcher::Offer::taken);
  r.beside("late", late);
  REQUIRE(r.reload());
  r.give(message("a@localhost", "2"));
  REQUIRE(r.soon([&] { return r.waiting(1) == 3; }));
  CHECK(r.dispatcher->report()[1].state == "paused");
  CHECK(r.dispatcher->resume("late") == Dispatcher::Steered::ok);
  REQUIRE(r.pass_time(std::chrono::milliseconds(100), [&] { return late.asked.now().size() == 3; }));
  CHECK(late.asked.now() == Ids{"0", "1", "2"});
  CHECK(r.settled(0));
}

TEST_CASE("what does not change goes on untouched") {
  const Directory directory;
  Answering first, other;
  Reloaded r(first, directory);
  r.know(other.http);
  r.start();
  r.give(message("a@localhost", "1"));
  REQUIRE(r.settled(0));
  r.add("other", other.http);
  REQUIRE(r.reload());
  r.give(message("a@localhost", "2"));
  REQUIRE(r.settled(0));
  CHECK(first.asked.now() == Ids{"1", "2"});
  CHECK(other.asked.now() == Ids{"2"});
  CHECK(first.probes == 1);
}

TEST_CASE("a changed endpoint keeps its queue; what is under way ends by the earlier settings") {
  const Directory directory;
  Answering before, after;
  before.waits = true;
  Reloaded r(before, directory);
  r.know(after.http);
  r.start();
  r.give(message("a@localhost", "1"));
  before.asked.wait(1);
  r.give(message("a@localhost", "2"));
  REQUIRE(r.soon([&] { return r.waiting(0) == 2; }));
  const auto kept = r.kept();
  r.settings[0].url = after.http.url();
  REQUIRE(r.reload());
  r.give(message("b@localhost", "3"));
  CHECK(after.asked.wait(1) == Ids{"3"});
  SECTION("and is delivered") {
    before.door.open();
    CHECK(after.asked.wait(2) == Ids{"3", "2"});
    CHECK(after.ids.now()[1] == kept[1].id);
  }
  SECTION("or fails, and is the first that the new settings deliver") {
    before.status = 503;
    before.door.open();
    CHECK(after.asked.wait(3) == Ids{"3", "1", "2"});
    CHECK(after.ids.now()[1] == kept[0].id);
  }
  CHECK(r.settled(0));
  CHECK(before.asked.now() == Ids{"1"});
}

TEST_CASE("a pause outlasts other settings") {
  const Directory directory;
  Answering before, after;
  Reloaded r(before, directory);
  r.know(after.http);
  r.start();
  CHECK(r.dispatcher->pause("default") == Dispatcher::Steered::ok);
  r.give(message("a@localhost", "1"));
  REQUIRE(r.settled(1));
  r.settings[0].url = after.http.url();
  REQUIRE(r.reload());
  CHECK(r.dispatcher->report()[0].state == "paused");
  CHECK(after.asked.now().empty());
  CHECK(r.dispatcher->resume("default") == Dispatcher::Steered::ok);
  CHECK(r.settled(0));
  CHECK(after.asked.now() == Ids{"1"});
  CHECK(before.asked.now().empty());
}

TEST_CASE("what waits for an endpoint that is down goes at once where its URL is corrected") {
  const Directory directory;
  Answering unused, after;
  Reloaded r(unused, directory);
  r.know(after.http);
  r.settings[0].url = "http://nobody.example/";
  r.start();
  r.give(message("a@localhost", "1"));
  REQUIRE(r.soon([&] { return !r.dispatcher->report()[0].last_error.empty(); }));
  r.settings[0].url = after.http.url();
  REQUIRE(r.reload());
  CHECK(r.settled(0));
  CHECK(after.asked.now() == Ids{"1"});
}

TEST_CASE("a removed endpoint ends what is under way, answers what only memory has, and leaves the rest") {
  const Directory directory;
  Answering first, old;
  old.waits = true;
  Reloaded r(first, directory);
  r.beside("old", old);
  r.start();
  r.give(message("a@localhost", "1"));
  old.asked.wait(1);
  r.give(stanza("<iq type='get' from='a@localhost/r' to='bot@rest.localhost' id='2'><x xmlns='x'/></iq>"));
  r.give(message("a@localhost", "3"));
  REQUIRE(r.soon([&] { return r.waiting(1) == 3; }));
  const Settings removed = r.settings.back();
  r.settings.pop_back();
  REQUIRE(r.reload());
  CHECK(r.dispatcher->report().size() == 1);
  CHECK(r.dispatcher->pause("old") == Dispatcher::Steered::unknown);
  CHECK(r.offer(message("a@localhost", "4")) == Dispatcher::Offer::foreign);
  CHECK_THAT(r.metrics.text(), Contains("restanza_webhook_queued{endpoint=\"old\"} 0\n"));

  SECTION("for the day that it comes again") {
    old.door.open();
    REQUIRE(r.replies.wait(1).size() == 1);
    CHECK(r.replies.now()[0].id == "2");
    CHECK(r.replies.now()[0].type == "error");
    REQUIRE(r.settled(1));
    r.settings.push_back(removed);
    REQUIRE(r.soon([&] { return bool(r.reload()); }));
    CHECK(r.settled(0));
    CHECK(old.asked.now() == Ids{"1", "3"});
  }
  SECTION("and where it comes again before that, nothing is made twice") {
    r.settings.push_back(removed);
    REQUIRE(r.reload());
    r.give(message("a@localhost", "5"));
    REQUIRE(r.soon([&] { return r.waiting(1) == 4; }));
    old.door.open();
    CHECK(r.settled(0));
    CHECK(old.asked.now() == Ids{"1", "2", "3", "5"});
  }
}

TEST_CASE("an endpoint does not come again before the host has its answers, for until then they are kept") {
  const Directory directory;
  Answering first, old;
  Collected<std::shared_ptr<std::function<void()>>> on_their_way;
  Reloaded r(first, directory);
  r.host_takes = [&](std::function<void()> handed) {
    on_their_way.add(std::make_shared<std::function<void()>>(std::move(handed)));
  };
  r.beside("old", old);
  old.waits_with = "1";
  r.start();
  r.give(message("a@localhost", "1"));
  old.asked.wait(1);
  old.status = 404;
  r.give(message("b@localhost", "2"));
  REQUIRE(on_their_way.wait(1).size() == 1);
  REQUIRE(r.soon([&] { return r.waiting(1) == 1; }));
  const Settings removed = r.settings.back();
  r.settings.pop_back();
  REQUIRE(r.reload());
  r.settings.push_back(removed);
  r.settings[0].timeout = std::chrono::seconds(1);
  const auto refused = r.reload();
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().text, Contains("'old'") && Contains("have not ended yet"));
  CHECK(r.dispatcher->report().size() == 1);
  CHECK(r.offer(message("a@localhost", "3")) == Dispatcher::Offer::foreign);
  old.status = 204;
  std::exchange(*on_their_way.now()[0], nullptr)();
  SECTION("then it does, and nothing is repeated") {
    REQUIRE(r.reload());
    r.give(message("b@localhost", "4"));
    CHECK(old.asked.wait(3) == Ids{"1", "2", "4"});
  }
  SECTION("also where what was under way ends before") {
    old.door.open();
    REQUIRE(r.settled(0));
    REQUIRE(r.soon([&] { return bool(r.reload()); }));
    r.give(message("b@localhost", "4"));
    CHECK(old.asked.wait(3) == Ids{"1", "2", "4"});
  }
  old.door.open();
  CHECK(r.settled(0));
  CHECK(old.asked.now().size() == 3);
}

TEST_CASE("what is discarded while its endpoint is away is not delivered when the endpoint comes again") {
  const Directory directory;
  Answering first, old;
  Reloaded r(first, directory);
  r.beside("old", old);
  r.start();
  old.waits = true;
  for (const char* id : {"1", "2", "3"}) r.give(message("a@localhost", id));
  old.asked.wait(1);
  REQUIRE(r.settled(3));
  const Settings removed = r.settings.back();
  r.settings.pop_back();
  REQUIRE(r.reload());
  Door discarded;
  r.dispatcher->discard(r.kept()[1].id, [&](const auto& how) {
    if (how && *how == Dispatcher::Discarded::ok) discarded.open();
  });
  CHECK(discarded.pass());
  r.settings.push_back(removed);
  REQUIRE(r.reload());
  old.door.open();
  CHECK(r.settled(0));
  CHECK(old.asked.now() == Ids{"1", "3"});
}

TEST_CASE("a stanza on its way through the journal gets to whoever has the name then, once") {
  const Directory directory;
  Answering first, before, after;
  Reloaded r(first, directory);
  r.beside("bot", before);
  r.know(after.http);
  r.start();
  Door held, hold;
  r.journal->flush([&] {
    held.open();
    hold.pass();
  });
  REQUIRE(held.pass());
  for (const char* id : {"1", "2"}) r.give(message("a@localhost", id));
  SECTION("other settings") {
    r.settings[1].url = after.http.url();
    REQUIRE(r.reload());
    hold.open();
    CHECK(r.settled(0));
    CHECK(after.asked.now() == Ids{"1", "2"});
  }
  SECTION("removed") {
    r.settings.pop_back();
    REQUIRE(r.reload());
    hold.open();
    REQUIRE(r.soon([&] { return r.journal->waiting() == 0; }));
    CHECK(r.kept().size() == 2);
    CHECK(after.asked.now().empty());
  }
  SECTION("removed, and there again") {
    Settings again = r.settings.back();
    again.url = after.http.url();
    r.settings.pop_back();
    REQUIRE(r.reload());
    r.settings.push_back(again);
    // The journal stands still, and the threads that are to end need a moment.
    Result<void> back = r.reload();
    for (const auto end = std::chrono::steady_clock::now() + kPatience;
         !back && std::chrono::steady_clock::now() < end; back = r.reload()) {
      std::this_thread::yield();
    }
    REQUIRE(back);
    r.give(message("a@localhost", "3"));
    hold.open();
    CHECK(after.asked.wait(3) == Ids{"1", "2", "3"});
    CHECK(r.settled(0));
    CHECK(after.asked.now().size() == 3);
  }
  CHECK(before.asked.now().empty());
}

TEST_CASE("so many earlier settings may have requests under way, and one more is refused") {
  const Directory directory;
  Answering slow;
  slow.waits = true;
  Reloaded r(slow, directory);
  r.start();
  const auto change = [&](size_t number) {
    r.settings[0].timeout = std::chrono::milliseconds(10000 + number);
    return r.reload();
  };
  for (size_t i = 1; i <= Dispatcher::kMaxRetiring; ++i) {
    r.give(message(user(static_cast<int>(i)), std::to_string(i)));
    REQUIRE(slow.asked.wait(i).size() == i);
    REQUIRE(change(i));
  }
  const auto refused = change(Dispatcher::kMaxRetiring + 1);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().text, Contains("64 endpoints of earlier settings"));
  slow.door.open();
  CHECK(r.settled(0));
  CHECK(r.soon([&] { return bool(r.reload()); }));
  CHECK(slow.asked.now().size() == Dispatcher::kMaxRetiring);
}

TEST_CASE("endpoints that end do not change") {
  const Directory directory;
  Answering endpoint;
  Reloaded r(endpoint, directory);
  r.start();
  r.settings[0].timeout = std::chrono::seconds(1);
  CHECK(r.drain());
  const auto refused = r.reload();
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().text, Contains("is ending"));
}
