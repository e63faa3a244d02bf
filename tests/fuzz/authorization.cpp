// SPDX-License-Identifier: MIT
// The Authorization header. Input: its value.
// There is exactly one verdict, at once or, for who fails again and again, later; it lets in only who knows a
// secret, and says no secret; nor does the log. The host is asked about text only.
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/str.h"
#include "base/timer.h"
#include "fuzz/property.h"
#include "rest/access/credentials.h"
#include "rest/access/digest.h"
#include "support/fake_clock.h"
#include "support/lines.h"
#include "xml/gate.h"

using namespace restanza;
using fuzz::must;
using rest::Caller;
using rest::Refusal;

namespace {

constexpr const char* kDomain = "rest.localhost";
constexpr const char* kSecret = "s3cret";
constexpr const char* kToken = "t0ken";
constexpr const char* kPassword = "wonder:land";

class OneAccount final : public rest::Accounts {
 public:
  bool available() const override { return true; }
  void check(const std::string& name, const std::string& password,
             std::function<void(Verdict, std::string)> verdict) override {
    must(valid_utf8(name) && valid_utf8(password), "the host is asked about text only");
    must(!name.empty() && name.find(':') == std::string::npos, "a name ends at the first colon", name);
    const bool known = name == "alice" && password == kPassword;
    verdict(known ? Verdict::ok : Verdict::denied, known ? "alice@localhost" : "");
  }
  bool knows_bearers() const override { return false; }
  void check_bearer(const std::string&, std::function<void(Verdict, const Principal&)>) override {
    must(false, "a host that knows no tokens is asked about none");
  }
};

rest::Credentials::Settings settings() {
  rest::Credentials::Settings settings;
  settings.domain = kDomain;
  settings.prefix = "/rest";
  settings.component_secret = kSecret;
  rest::Token token;
  token.name = "alerts";
  token.sha256 = rest::sha256(kToken);
  settings.tokens.push_back(token);
  return settings;
}

// What stands behind the scheme, which is one word.
std::string_view data_of(std::string_view value) {
  value = trim(value);
  return trim(value.substr(std::min(value.size(), value.find(' '))));
}

// The pair of name and password, read in another way than by the code under test.
std::string pair_of(std::string_view value) {
  return base64_decode(data_of(value)).value_or("");
}

void check_caller(const Caller& caller, std::string_view value) {
  const std::string pair = pair_of(value);
  if (caller.name == "component") {
    must(ascii_equal(pair, std::string(kDomain) + ":" + kSecret), "the component knows its secret", value);
    must(pair.substr(pair.find(':') + 1) == kSecret, "a secret's case matters", value);
  } else if (caller.name == "token alerts") {
    must(data_of(value) == kToken, "a token is known by itself", value);
    must(caller.rights == rest::kSend, "a token has its rights", value);
  } else {
    must(caller.name == "alice@localhost" && pair == std::string("alice:") + kPassword,
         "an account knows its password", value);
    must(caller.account && !caller.whole_domain && caller.rights == rest::kSend,
         "an account speaks for itself", value);
  }
}

void check_refusal(const Refusal& refusal) {
  must(refusal.status == 401 || refusal.status == 429, "who is not known is told so", refusal.text);
  std::string told = refusal.text;
  for (const auto& [name, header] : refusal.headers) told += header;
  for (const char* secret : {kSecret, kToken, kPassword}) {
    must(told.find(secret) == std::string::npos, "a refusal says no secret", told);
  }
}

class OneVerdict final : public rest::AuthenticationCallback {
 public:
  explicit OneVerdict(std::string_view value) : value_(value) {}
  void tell(Result<Caller, Refusal> outcome) override {
    must(++verdicts_ == 1, "there is one verdict", value_);
    if (outcome) return check_caller(*outcome, value_);
    refused_ = true;
    check_refusal(outcome.error());
  }
  void park(std::function<void()>) override {}
  bool told() const { return verdicts_ == 1; }
  bool refused() const { return refused_; }

 private:
  const std::string_view value_;
  int verdicts_ = 0;
  bool refused_ = false;
};

// A client that writes a secret where a name belongs has told it itself; a name that only holds one is shown.
void check_log(const Lines& log, std::string_view value) {
  const std::string name = pair_of(value).substr(0, pair_of(value).find(':'));
  for (const Level level : {Level::debug, Level::info, Level::warn, Level::error}) {
    const std::string lines = log.of(level);
    must(xml::representable(lines), "the log is text", lines);
    for (const char* secret : {kSecret, kToken, kPassword}) {
      if (name != secret && name.find(secret) != std::string::npos) continue;
      must(lines.find(secret) == std::string::npos, "the log says no secret", lines);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  OneAccount accounts;
  FakeClock clock;
  Timer timer(clock);
  Lines log;
  const rest::Credentials credentials(settings(), accounts, clock, timer, log);

  const std::string value(fuzz::text_of(data, size));
  http::Request request;
  request.method = "POST";
  request.peer = "192.0.2.1";
  request.headers.emplace_back("Authorization", value);
  std::vector<std::shared_ptr<OneVerdict>> callbacks;
  for (int i = 0; i < 2 * FailedLogins::kFree; ++i) {
    callbacks.push_back(std::make_shared<OneVerdict>(value));
    credentials.check(request, callbacks.back());
    if (i < FailedLogins::kFree) must(callbacks.back()->told(), "few failures are told at once", value);
    must(callbacks.back()->told() || callbacks.front()->refused(), "who is let in does not wait", value);
  }
  for (int i = 0; i < 2; ++i) {
    clock.advance(FailedLogins::kLongest);
    timer.run_due();
  }
  for (const auto& callback : callbacks) must(callback->told(), "there is a verdict in the end", value);
  credentials.drain();
  check_log(log, value);
  return 0;
}
