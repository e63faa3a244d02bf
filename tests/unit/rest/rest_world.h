// SPDX-License-Identifier: MIT
// The resources with everything around them in the test's hands: clock, accounts, sink; the journal is in
// memory. The test's thread, and the journal's, on which some requests are answered: `settle` waits for
// those.
#pragma once

#include <algorithm>
#include <future>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/str.h"
#include "iq/reply_table.h"
#include "journal/sqlite/store.h"
#include "rest/resources.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/lines.h"
#include "support/memory_exchange.h"
#include "support/memory_sink.h"
#include "webhook/http/transports.h"
#include "xml/gate.h"

namespace restanza::rest {

class FakeAccounts final : public Accounts {
 public:
  bool available() const override { return there; }
  void check(const std::string& name, const std::string& password,
             std::function<void(Verdict, std::string)> verdict) override {
    asked.push_back(name + " " + password);
    if (later) {
      held.push_back(std::move(verdict));
    } else if (broken) {
      verdict(Verdict::failed, "");
    } else if ((name == "alice" || name == "alice@localhost") && password == "wonder:land") {
      verdict(Verdict::ok, "alice@localhost");
    } else {
      verdict(Verdict::denied, "");
    }
  }

  bool knows_bearers() const override { return bearers; }
  void check_bearer(const std::string& token,
                    std::function<void(Verdict, const Principal&)> verdict) override {
    asked.push_back("Bearer " + token);
    if (later) {
      held_bearers.push_back(std::move(verdict));
    } else if (broken) {
      verdict(Verdict::failed, {});
    } else if (token == "of-alice") {
      verdict(Verdict::ok, {"alice@localhost", rights});
    } else {
      verdict(Verdict::denied, {});
    }
  }

  bool there = true;
  bool bearers = false;
  uint32_t rights = kSend;  // of the token "of-alice"
  bool later = false;
  bool broken = false;
  std::vector<std::string> asked;
  std::vector<std::function<void(Verdict, std::string)>> held;
  std::vector<std::function<void(Verdict, const Principal&)>> held_bearers;
};

// What most tests send.
inline constexpr const char* kMessage = "<message id='1' to='bob@localhost'><body>Hi</body></message>";
inline constexpr const char* kPing =
    "<iq type='get' id='1' to='bob@localhost/r'><ping xmlns='urn:xmpp:ping'/></iq>";
inline constexpr const char* kSecret = "s3cret";
inline constexpr const char* kTokenDigest =  // SHA-256 of "t0ken"
    "b46c09677343261f0b439a472422225e3a230c9c094d6ab16762e2036b597053";

inline std::string basic(const std::string& name, const std::string& password) {
  return "Basic " + base64(name + ":" + password);
}
inline std::string as_component() {
  return basic("rest.localhost", kSecret);
}

inline http::Request post(const std::string& body, const std::string& authorization = as_component(),
                          const std::string& path = "") {
  http::Request request;
  request.method = "POST";
  request.path = path;
  request.headers = {{"Content-Type", "application/xmpp+xml"}, {"Accept", "application/xmpp+xml"}};
  if (!authorization.empty()) request.headers.emplace_back("Authorization", authorization);
  request.body = body;
  return request;
}

inline Credentials::Settings credential_settings() {
  Credentials::Settings settings;
  settings.domain = "rest.localhost";
  settings.prefix = "/rest";
  settings.component_secret = kSecret;
  return settings;
}

struct Around {
  std::vector<webhook::Settings> webhooks = {};
  std::string directory = {};  // of the journal; empty: in memory
  bool metrics_public = false;
  std::vector<std::string> cors_origins = {"*"};
  journal::KeyLimits keys = {};
  std::vector<feed::ConsumerSettings> consumers = {};
};

class RestWorld {
 public:
  explicit RestWorld(Credentials::Settings settings = credential_settings(), size_t pending_limit = 2,
                     Around around = {})
      : journal({around.directory, uint64_t{1} << 30, around.keys.together, around.keys.each},
                journal::SqliteStore::open, clock, log),
        replies(pending_limit, timer),
        fan_out(journal, reply(), log, metrics),
        dispatcher(std::move(around.webhooks),
                   {journal, reply(), timer, clock, log, metrics, webhook::http_transports()}, fan_out),
        tickets(journal, timer, clock, log),
        consumers(around.consumers, {journal, reply(), fan_out.rooms(), timer, clock, log, metrics}, fan_out),
        kept_deliveries(journal, fan_out, clock, [this] { return dispatcher.destinations(); }),
        resources({std::move(settings),
                   {std::chrono::seconds(120), std::chrono::seconds(300)},
                   {},
                   std::move(around.cors_origins),
                   around.metrics_public},
                  {replies, archives, sink, journal, kept_deliveries, dispatcher, consumers, tickets, ring,
                   recorder, accounts, metrics, clock, timer, log, [this] { return link_up; }, batches}) {
    if (!journal.open() || !consumers.start() || !tickets.start() || !dispatcher.start())
      throw std::runtime_error("the journal is not there");
  }
  ~RestWorld() {
    consumers.stop();
    fan_out.stop();
    dispatcher.stop();
    journal.stop();
    for (const Asked& each : asked) each.check();
  }

  static subscription::FanOut::Reply reply() {
    return [](const xmpp::Stanza&, const std::function<void()>& handed) { handed(); };
  }

  std::shared_ptr<MemoryAnswer> ask(http::Request request) const {
    auto answer = std::make_shared<MemoryAnswer>();
    answer->has_body = request.body_follows;
    asked.push_back({route_of(request), answer});
    resources.router.handle(http::Exchange(std::make_unique<MemoryResponder>(answer)), std::move(request));
    return answer;
  }
  // The same for requests that the journal is asked about.
  std::shared_ptr<MemoryAnswer> ask_and_settle(http::Request request) {
    auto answer = ask(std::move(request));
    settle();
    return answer;
  }
  // Waits until the journal has done what it was asked for, and what it was asked for because of that.
  void settle() {
    for (int i = 0; i < 3; ++i) {
      std::promise<void> done;
      journal.flush([&done] { done.set_value(); });
      done.get_future().wait();
    }
  }
  void pass(std::chrono::milliseconds time) {
    clock.advance(time);
    timer.run_due();
  }
  // The stanza is offered as an answer; whether somebody waited for it.
  bool arrive(const std::string& xml) {
    const auto stanza = *xmpp::parse_stanza(xml);
    return replies.answer(stanza) || archives.take(stanza);
  }
  std::string last_sent() const {
    const auto sent = sink.sent();
    return sent.empty() ? std::string() : sent.back().xml;
  }

  // The row that a request is for; null where it is for none.
  const Route* route_of(const http::Request& request) const {
    const auto found = resources.router.routes().find(request.method, request.path);
    return found.place ? found.place->route(request.method) : nullptr;
  }

  // Every answer in a test is one that its row tells of.
  struct Asked {
    const Route* route;
    std::shared_ptr<const MemoryAnswer> answer;

    void check() const {
      if (!route || !answer->response) return;
      CAPTURE(route->method, route->path, answer->status());
      const Answers told = answers_of(*route);
      CHECK(std::any_of(told.begin(), told.end(),
                        [this](const Answer& each) { return each.status == answer->status(); }));
    }
  };
  mutable std::vector<Asked> asked = {};

  FakeClock clock;
  Lines log;
  Metrics metrics;  // these two before all whose exchanges may end through them
  journal::Journal journal;
  Timer timer{clock};
  iq::ArchiveQueries archives;
  iq::ReplyTable replies;  // what waits there uses the archives
  FakeAccounts accounts;
  MemorySink sink;
  bool link_up = true;
  traffic::Ring ring{timer, [] {}};
  traffic::Recorder recorder{ring, clock};
  std::shared_ptr<OpenBatches> batches = std::make_shared<OpenBatches>();
  subscription::FanOut fan_out;
  webhook::Dispatcher dispatcher;
  Tickets tickets;
  feed::Consumers consumers;
  subscription::KeptDeliveries kept_deliveries;
  Resources resources;
};

// The condition in an answer that is a stream error.
inline std::string condition(const MemoryAnswer& answer) {
  const auto error = xml::parse(answer.body());
  return error ? std::string(error->root().first().name()) : std::string();
}

// The token "t0ken".
inline rest::Token token() {
  rest::Token token;
  token.name = "test";
  token.sha256 = *hex_decode(kTokenDigest);
  return token;
}

}  // namespace restanza::rest
