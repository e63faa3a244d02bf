// SPDX-License-Identifier: MIT
// A dispatcher as it runs in the plugin, with a journal in memory or in a directory, for the tests of the
// webhook side. By the real clock, or by one that the test moves.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/metrics.h"
#include "journal/sqlite/store.h"
#include "subscription/fan_out/kept_deliveries.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "unit/webhook/memory_endpoint.h"
#include "webhook/dispatcher.h"

namespace restanza::webhook {

inline std::string user(int number) {
  return "user" + std::to_string(number) + "@localhost";
}

inline xmpp::Stanza message(const std::string& from, const std::string& id,
                            const std::string& type = "chat") {
  return stanza("<message type='" + type + "' from='" + from + "/r' to='bot@rest.localhost' id='" + id +
                "'><body>x</body></message>");
}

// Of the stanza that a request brings as XML.
inline std::string attribute(const std::string& request, const std::string& name) {
  const auto got = *xmpp::parse_stanza(request.substr(request.find("\r\n\r\n") + 4));
  return name == "from" ? got.from : got.id;
}

inline std::string header(const std::string& request, const std::string& name) {
  const size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const size_t from = at + name.size() + 4;
  return request.substr(from, request.find("\r\n", from) - from);
}

struct Running {
  enum class By { real_clock, hand };

  const By by;
  SystemClock real;
  FakeClock fake;
  const Clock& clock;
  CollectedLog log;
  Timer timer{clock, &log};
  Metrics metrics;
  Collected<xmpp::Stanza> replies;
  Collected<int> rooms;
  std::function<void(std::function<void()> handed)> host_takes = [](const auto& handed) { handed(); };
  std::map<std::string, MakeTransport> in_memory;  // by the URL's host; complete before the start
  std::vector<Settings> settings{1};
  size_t max_stanza = SIZE_MAX;  // of the host
  traffic::Recorder* recorder = nullptr;
  journal::Journal::Settings journal_settings;
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<subscription::FanOut> fan_out;
  std::unique_ptr<Dispatcher> dispatcher;
  std::unique_ptr<subscription::KeptDeliveries> kept_deliveries;

  explicit Running(const std::string& url, By moved = By::real_clock)
      : by(moved), clock(moved == By::hand ? static_cast<const Clock&>(fake) : real) {
    if (by == By::real_clock) timer.start();
    settings[0].url = url;
    settings[0].domain = "rest.localhost";
  }
  explicit Running(MemoryEndpoint& endpoint, By moved = By::real_clock) : Running(endpoint.url(), moved) {
    know(endpoint);
  }
  ~Running() { end(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // Requests to its URL go there; those to any other find nobody.
  MemoryEndpoint& know(MemoryEndpoint& endpoint) {
    in_memory[endpoint.host()] = endpoint.make_transport();
    return endpoint;
  }
  Settings& add(const std::string& name, MemoryEndpoint& endpoint) { return add(name, know(endpoint).url()); }
  Settings& add(const std::string& name, const std::string& url) {
    Settings one = settings[0];
    one.name = name;
    one.url = url;
    settings.push_back(one);
    return settings.back();
  }

  void make() {
    journal = std::make_unique<journal::Journal>(journal_settings, journal::SqliteStore::open, clock, log);
    REQUIRE(journal->open());
    const EndpointDependencies::Reply reply = [this](xmpp::Stanza one, std::function<void()> handed) {
      replies.add(std::move(one));
      host_takes(std::move(handed));
    };
    fan_out = std::make_unique<subscription::FanOut>(*journal, reply, log, metrics);
    if (recorder) fan_out->record_in(*recorder);
    dispatcher = std::make_unique<Dispatcher>(
        settings,
        EndpointDependencies{*journal,
                             reply,
                             timer,
                             clock,
                             log,
                             metrics,
                             {[this](const Url& url, const Settings& own, Timer& its_timer) {
                               const auto known = in_memory.find(url.host);
                               return known == in_memory.end() ? std::make_unique<Nobody>()
                                                               : known->second(url, own, its_timer);
                             }},
                             max_stanza,
                             &fan_out->rooms(),
                             recorder},
        *fan_out);
    kept_deliveries = std::make_unique<subscription::KeptDeliveries>(
        *journal, *fan_out, clock, [this] { return dispatcher->destinations(); });
  }
  void start() {
    make();
    REQUIRE(dispatcher->start());
    kept_deliveries->purge();
    timer.every(subscription::KeptDeliveries::kPurge, [this] { kept_deliveries->purge(); });
  }

  xmpp::Offered offer(xmpp::Stanza&& one) {
    xmpp::StanzaTree offered(std::move(one));
    return fan_out->offer(offered, [this] { rooms.add(1); }, {});
  }
  void give(xmpp::Stanza one) { REQUIRE(offer(std::move(one)) == xmpp::Offered::taken); }

  // Moves the clock, as often as it takes until `happened`; it stands while anything is under way. By steps
  // below a minute it passes six hours in a second at most: a thread that was woken needs time to begin.
  template <class Happened>
  bool pass_time(std::chrono::milliseconds step, Happened happened) {
    return pass_time(step, happened, [this] { return timer.run_due(); });
  }
  template <class Happened, class RunDue>
  bool pass_time(std::chrono::milliseconds step, Happened happened, RunDue run_due) {
    constexpr int kFaster = 6 * 3600;
    const bool small = step < std::chrono::minutes(1);
    const auto pause = std::chrono::nanoseconds(small ? step : std::chrono::milliseconds(0)) / kFaster;
    auto next = std::chrono::steady_clock::now();
    const auto deadline = next + kPatience;
    while (!happened()) {
      const auto now = std::chrono::steady_clock::now();
      if (now > deadline) return false;
      const bool under_way = dispatcher->report()[0].at_work != 0 || journal->waiting() != 0;
      if (now >= next && !under_way) {
        fake.advance(step);
        next = now + pause;
      }
      if (run_due() > 0 || under_way) std::this_thread::yield();
    }
    return true;
  }

  std::vector<journal::Delivery> kept(journal::Filter filter = {}) {
    std::vector<journal::Delivery> all;
    Door read;
    journal->list(filter, 0, 100000, [&](Result<std::vector<journal::Delivery>> found) {
      if (found) all = std::move(*found);
      read.open();
    });
    REQUIRE(read.pass());
    return all;
  }

  bool drain() {
    Door drained;
    fan_out->drain();
    dispatcher->drain([&] { drained.open(); });
    return drained.pass();
  }

  void end() {
    timer.stop();
    if (fan_out) fan_out->stop();
    if (dispatcher) dispatcher->stop();
    if (journal) journal->stop();
    kept_deliveries.reset();
    dispatcher.reset();
    fan_out.reset();
    journal.reset();
  }

  // The log without what every journal in memory says.
  std::vector<std::string> said() {
    std::vector<std::string> lines;
    for (const std::string& line : log.lines.now()) {
      if (line.rfind("The journal is in memory", 0) != 0) lines.push_back(line);
    }
    return lines;
  }
};

}  // namespace restanza::webhook
