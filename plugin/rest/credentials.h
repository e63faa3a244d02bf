// SPDX-License-Identifier: MIT
// Who may send: reads the Authorization header (RFC 9110 section 11.6.2; Basic RFC 7617, Bearer RFC 6750) and
// finds the caller: the component by its secret, an account by the host's password check, a token by its
// digest, or anybody where that is allowed. Secrets are compared by digest and in constant time, and never
// reach a log. Any thread; `check` never blocks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "config/token.h"
#include "rest/caller.h"
#include "rest/open_checks.h"
#include "rest/refusal.h"

namespace restanza::rest {

// The host's password check (xp.auth/1) behind a seam. Exactly one verdict, on any thread, perhaps before it
// returns.
class Accounts {
 public:
  enum class Verdict { ok, denied, failed };
  virtual ~Accounts() = default;
  virtual bool available() const = 0;
  virtual void check(const std::string& name, const std::string& password,
                     std::function<void(Verdict, std::string bare_jid)> verdict) = 0;
};

class Credentials {
 public:
  struct Settings {
    std::string domain;            // the plugin's, prepared
    std::string prefix;            // for the realm
    std::string component_secret;  // empty: none
    bool basic = true;
    bool bearer = true;
    bool anonymous = false;
    std::vector<config::Token> tokens;
  };
  using Done = OpenChecks::Done;

  Credentials(Settings settings, Accounts& accounts, const Clock& clock);

  void check(const http::Request& request, const Done& done) const;

  // Refuses the checks that wait for the host's verdict, and all that would have to.
  void drain() const { open_->drain(); }

 private:
  void check_basic(std::string_view encoded, const Done& done) const;
  Result<Caller, Refusal> check_bearer(std::string_view token) const;
  Result<Caller, Refusal> component(std::string_view password) const;
  Refusal unauthorized(const char* text) const;

  const Settings settings_;
  const std::string secret_digest_;
  const std::string challenge_;
  Accounts& accounts_;
  const Clock& clock_;
  const std::shared_ptr<OpenChecks> open_ = std::make_shared<OpenChecks>();  // a late verdict holds it
};

}  // namespace restanza::rest
