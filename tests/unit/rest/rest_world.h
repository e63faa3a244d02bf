// SPDX-License-Identifier: MIT
// The resources with everything around them in the test's hands: clock, accounts, sink. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/str.h"
#include "iq/reply_table.h"
#include "rest/router.h"
#include "support/fake_clock.h"
#include "support/lines.h"
#include "support/memory_exchange.h"
#include "support/memory_sink.h"
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

  bool there = true;
  bool later = false;
  bool broken = false;
  std::vector<std::string> asked;
  std::vector<std::function<void(Verdict, std::string)>> held;
};

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

class RestWorld {
 public:
  explicit RestWorld(Credentials::Settings settings = credential_settings(), size_t pending_limit = 2)
      : replies(pending_limit, timer),
        credentials(std::move(settings), accounts, clock),
        iqs({std::chrono::seconds(120), std::chrono::seconds(300)}, replies, archives, sink),
        stanzas({}, credentials, iqs, sink, log),
        router(stanzas, credentials, Cors({"*"}), [this] { return link_up; }) {}

  std::shared_ptr<MemoryAnswer> ask(http::Request request) const {
    auto answer = std::make_shared<MemoryAnswer>();
    router.handle(http::Exchange(std::make_unique<MemoryResponder>(answer)), std::move(request));
    return answer;
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

  FakeClock clock;
  Timer timer{clock};
  iq::ReplyTable replies;
  iq::ArchiveQueries archives;
  FakeAccounts accounts;
  MemorySink sink;
  Lines log;
  bool link_up = true;
  Credentials credentials;
  Iqs iqs;
  Stanzas stanzas;
  Router router;
};

// The condition in an answer that is a stream error.
inline std::string condition(const MemoryAnswer& answer) {
  const auto error = xml::parse(answer.body());
  return error ? std::string(error->root().first().name()) : std::string();
}

// The token "t0ken".
inline config::Token token() {
  config::Token token;
  token.name = "test";
  token.sha256 = *unhex(kTokenDigest);
  return token;
}

}  // namespace restanza::rest
