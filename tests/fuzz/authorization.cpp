// SPDX-License-Identifier: MIT
// The Authorization header. Input: its value.
// There is exactly one verdict; it lets in only who knows a secret, and says no secret; the host is asked
// about text only.
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/str.h"
#include "base/timer.h"
#include "fuzz/property.h"
#include "rest/credentials.h"
#include "rest/digest.h"
#include "support/fake_clock.h"
#include "support/lines.h"

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
};

rest::Credentials::Settings settings() {
  rest::Credentials::Settings settings;
  settings.domain = kDomain;
  settings.prefix = "/rest";
  settings.component_secret = kSecret;
  config::Token token;
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
  return unbase64(data_of(value)).value_or("");
}

void check_caller(const Caller& caller, std::string_view value) {
  const std::string pair = pair_of(value);
  if (caller.name == "component") {
    must(ascii_equal(pair, std::string(kDomain) + ":" + kSecret), "the component knows its secret", value);
    must(pair.substr(pair.find(':') + 1) == kSecret, "a secret's case matters", value);
  } else if (caller.name == "token alerts") {
    must(data_of(value) == kToken, "a token is known by itself", value);
    must(caller.rights == config::kSend, "a token has its rights", value);
  } else {
    must(caller.name == "alice@localhost" && pair == std::string("alice:") + kPassword,
         "an account knows its password", value);
    must(caller.account && !caller.whole_domain && caller.rights == config::kSend,
         "an account speaks for itself", value);
  }
}

void check_refusal(const Refusal& refusal) {
  must(refusal.status == 401, "who is not known is told so", refusal.text);
  std::string told = refusal.text;
  for (const auto& [name, header] : refusal.headers) told += header;
  for (const char* secret : {kSecret, kToken, kPassword}) {
    must(told.find(secret) == std::string::npos, "a refusal says no secret", told);
  }
}

class Verdict final : public rest::Asker {
 public:
  explicit Verdict(std::string_view value) : value_(value) {}
  void tell(Result<Caller, Refusal> outcome) override {
    ++verdicts;
    if (outcome) return check_caller(*outcome, value_);
    check_refusal(outcome.error());
  }
  void park(std::function<void()>) override { must(false, "a first failure is told at once", value_); }

  int verdicts = 0;

 private:
  const std::string_view value_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static OneAccount accounts;
  static FakeClock clock;
  static Timer timer(clock);
  static Lines log;
  static const rest::Credentials credentials(settings(), accounts, clock, timer, log);

  const std::string value(fuzz::text_of(data, size));
  http::Request request;
  request.headers.emplace_back("Authorization", value);
  clock.advance(std::chrono::minutes(2));  // failures before this one are forgotten: it is told at once
  const auto asker = std::make_shared<Verdict>(value);
  credentials.check(request, asker);
  must(asker->verdicts == 1, "there is one verdict", value);
  return 0;
}
