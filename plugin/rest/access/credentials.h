// SPDX-License-Identifier: MIT
// Who may send: reads the Authorization header (RFC 9110 section 11.6.2; Basic RFC 7617, Bearer RFC 6750) and
// finds the caller: the component by its secret, an account by the host's password check, a token by its
// digest, an account by a token that the host knows, or anybody where that is allowed. Secrets are compared
// by digest and in constant time, and never reach a log. Who is refused is written down; a client that
// guesses, or asks more often than it may, has to wait. Any thread; `check` never blocks.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/timer.h"
#include "rest/access/caller.h"
#include "rest/access/good_passwords.h"
#include "rest/access/login_throttle.h"
#include "rest/access/open_checks.h"
#include "rest/access/rates.h"
#include "rest/access/token.h"
#include "rest/answers/refusal.h"

namespace restanza::rest {

// The host's checks of passwords (xp.auth/1) and of bearer tokens (xp.principal/1) behind an interface.
// Exactly one verdict for each, on any thread, perhaps before the call returns.
class Accounts {
 public:
  enum class Verdict { ok, denied, failed };
  virtual ~Accounts() = default;
  virtual bool available() const = 0;
  virtual void check(const std::string& name, const std::string& password,
                     std::function<void(Verdict, std::string bare_jid)> verdict) = 0;

  struct Principal {  // whom a token stands for
    std::string bare_jid;
    uint32_t rights = 0;  // mask of TokenRight
  };
  virtual bool knows_bearers() const = 0;
  virtual void check_bearer(const std::string& token,
                            std::function<void(Verdict, const Principal&)> verdict) = 0;
};

class Credentials {
 public:
  static constexpr size_t kOpenChecks = 10000;  // passwords and tokens that the host checks at once

  struct Settings {
    std::string domain;            // the plugin's, prepared
    std::string prefix;            // for the realm
    std::string component_secret;  // empty: none
    bool basic = true;
    bool bearer = true;
    bool anonymous = false;
    std::vector<Token> tokens;
    double rate_limit = 0;  // requests a second of each credential that is no token; 0: any number
  };

  Credentials(Settings settings, Accounts& accounts, const Clock& clock, Timer& timer, Log& log);

  // The credentials must last until the callback is called or they are drained.
  void check(const http::Request& request, const std::shared_ptr<AuthenticationCallback>& callback) const;

  // Who has shown this credential before, by the caller's name, and a digest that another secret under that
  // name would not have. Absent: it is accepted no more, or only the host can tell.
  struct Known {
    Caller caller;
    std::string digest;
  };
  std::optional<Known> known(const std::string& name) const;
  // One more request of a caller that was let in. Zero: it may go on. Otherwise how long until it may.
  std::chrono::nanoseconds take_turn(const Caller& caller) const;

  const std::string& prefix() const { return settings_.prefix; }

  // Written down where a good credential lacks a right.
  void note(const http::Request& request, const Caller& caller, const Refusal& refusal) const;

  // Whether a secret that is known here is in this text, so that the text is not for the log.
  bool holds_secret(std::string_view text) const;

  // Refuses the checks that wait for the host's verdict, those who are told late, and all that would have to
  // wait.
  void drain() const;

 private:
  struct Asking;

  void check_component(const http::Request& request, const Attempt& attempt, bool right,
                       const std::shared_ptr<AuthenticationCallback>& callback) const;
  void check_basic(const http::Request& request, std::string_view encoded,
                   const std::shared_ptr<AuthenticationCallback>& callback) const;
  void check_account(const http::Request& request, std::string_view name, std::string_view password,
                     const std::shared_ptr<AuthenticationCallback>& callback) const;
  void end_account(const Asking& asking, Accounts::Verdict verdict, const std::string& bare_jid,
                   const std::shared_ptr<AuthenticationCallback>& callback) const;
  void check_bearer(const http::Request& request, std::string_view token,
                    const std::shared_ptr<AuthenticationCallback>& callback) const;
  void check_principal(const http::Request& request, std::string_view token,
                       const std::shared_ptr<AuthenticationCallback>& callback) const;
  void end_principal(const Asking& asking, Accounts::Verdict verdict, const Accounts::Principal& principal,
                     const std::shared_ptr<AuthenticationCallback>& callback) const;
  void unreadable(const http::Request& request, const char* why, const char* text,
                  const std::shared_ptr<AuthenticationCallback>& callback) const;
  bool is_secret(std::string_view text) const;
  std::optional<size_t> token_of(const std::string& name) const;
  Refusal unauthorized(const char* text) const;

  const Settings settings_;
  const std::string secret_digest_;
  const std::string component_encoded_;  // the component's user-id and password (RFC 7617 section 2)
  const std::string challenge_;
  Accounts& accounts_;
  const Clock& clock_;
  mutable Rates rates_;
  mutable GoodPasswords good_passwords_;  // new credentials, as after a reload, remember none
  const LoginThrottle throttle_;
  const std::shared_ptr<OpenChecks> open_ =  // a late verdict holds it
      std::make_shared<OpenChecks>(kOpenChecks, "Too many passwords are being checked");
};

}  // namespace restanza::rest
