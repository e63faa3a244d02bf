// SPDX-License-Identifier: MIT
#include "rest/access/credentials.h"

#include "base/constant_time.h"
#include "base/random.h"
#include "base/str.h"
#include "rest/access/digest.h"
#include "xmpp/jid.h"

namespace restanza::rest {
namespace {

constexpr const char* kComponentName = "component";
constexpr const char* kTokenName = "token ";     // before the name of one: so none is an account's
constexpr const char* kBearer = "bearer token";  // in the place of a name, which has no space in it

std::string challenge_of(const Credentials::Settings& settings) {
  const std::string realm = " realm=\"" + settings.domain + settings.prefix + "\"";
  std::string challenge;
  if (settings.basic) challenge = "Basic" + realm;
  if (settings.bearer) challenge += (challenge.empty() ? "" : ", ") + ("Bearer" + realm);
  return challenge;
}

// Which names and secrets are taken: what a page at the realm would say to everybody.
std::string not_accepted(const Credentials::Settings& settings, const Accounts& accounts) {
  std::string taken;
  const auto add = [&taken](bool is_taken, const std::string& what) {
    if (is_taken) taken += (taken.empty() ? ": taken are " : ", or ") + what;
  };
  add(settings.basic && !settings.component_secret.empty(),
      "'" + settings.domain + "' with the component's secret");
  add(settings.basic && accounts.available(), "an account with its password");
  add(settings.bearer && (!settings.tokens.empty() || accounts.knows_bearers()), "a token as Bearer");
  return "Credentials not accepted" + taken;
}

Caller anonymous_caller(const std::string& domain) {
  Caller caller;
  caller.name = "anonymous";
  caller.anonymous = true;
  caller.address = ascii_lower(random_id()) + "@" + domain;
  return caller;
}

Caller component_caller(const std::string& domain) {
  Caller caller;
  caller.name = kComponentName;
  caller.address = domain;
  caller.whole_domain = true;
  caller.rights = kAllRights;
  return caller;
}

Caller account_caller(const std::string& bare_jid) {
  Caller caller;
  caller.name = bare_jid;
  caller.address = bare_jid;
  caller.account = true;
  return caller;
}

Caller token_caller(size_t index, const Token& token, const std::string& domain) {
  Caller caller;
  caller.token = index;
  caller.name = kTokenName + token.name;
  caller.expires = token.expires;
  caller.whole_domain = true;
  caller.from = token.from;
  caller.to = token.to;
  caller.kinds = token.kinds;
  caller.rights = token.rights;
  // A token that is bound to one address speaks as it without being told.
  const bool one = !token.from.empty() && token.from[0].find('*') == std::string::npos;
  caller.address = one ? token.from[0] : domain;
  return caller;
}

void let_in(const std::shared_ptr<AuthenticationCallback>& callback, std::chrono::nanoseconds wait,
            Caller caller) {
  if (wait > wait.zero()) return callback->tell(refused::too_often("Too many requests", wait));
  callback->tell(std::move(caller));
}

}  // namespace

// A password or a token that the host is asked about, with no more of the request than a line in the log
// needs.
struct Credentials::Asking {
  Asking(const http::Request& r, std::string_view n, std::string_view p) : name(n), password(p) {
    request.method = r.method;
    request.path = r.path;
    request.peer = r.peer;
  }
  Attempt attempt() const { return {request.peer, name, password}; }

  http::Request request;
  const std::string name;
  const std::string password;
};

Credentials::Credentials(Settings settings, Accounts& accounts, const Clock& clock, Timer& timer, Log& log)
    : settings_(std::move(settings)),
      secret_digest_(sha256(settings_.component_secret)),
      component_encoded_(settings_.component_secret.empty()
                             ? std::string()
                             : base64(settings_.domain + ":" + settings_.component_secret)),
      challenge_(challenge_of(settings_)),
      accounts_(accounts),
      clock_(clock),
      rates_(settings_.rate_limit, settings_.tokens, clock),
      good_passwords_(clock),
      throttle_({settings_.prefix, [this](std::string_view text) { return is_secret(text); },
                 unauthorized(not_accepted(settings_, accounts_).c_str())},
                clock, timer, log) {}

Refusal Credentials::unauthorized(const char* text) const {
  Refusal refusal{401, "auth", "not-authorized", text};
  if (!challenge_.empty()) refusal.headers.emplace_back("WWW-Authenticate", challenge_);
  return refusal;
}

void Credentials::check(const http::Request& request,
                        const std::shared_ptr<AuthenticationCallback>& callback) const {
  const auto header = request.header("Authorization");
  if (!header) {
    if (settings_.anonymous) return let_in(callback, rates_.anonymous(), anonymous_caller(settings_.domain));
    return callback->tell(unauthorized("No credentials provided"));
  }
  const std::string_view value = trim(*header);
  const size_t space = value.find(' ');
  const std::string_view scheme = value.substr(0, space);
  const std::string_view data =
      space == std::string_view::npos ? std::string_view() : trim(value.substr(space));
  if (settings_.basic && ascii_equal(scheme, "Basic") && !data.empty())
    return check_basic(request, data, callback);
  if (settings_.bearer && ascii_equal(scheme, "Bearer") && !data.empty())
    return check_bearer(request, data, callback);
  unreadable(request, "no scheme that is known here, or nothing behind it",
             "No credentials provided: Authorization must have a scheme that WWW-Authenticate names, and "
             "more behind it",
             callback);
}

void Credentials::unreadable(const http::Request& request, const char* why, const char* text,
                             const std::shared_ptr<AuthenticationCallback>& callback) const {
  throttle_.audit().refused(request, "", why);
  callback->tell(unauthorized(text));
}

void Credentials::check_component(const http::Request& request, const Attempt& attempt, bool right,
                                  const std::shared_ptr<AuthenticationCallback>& callback) const {
  if (throttle_.passes(request, attempt, right ? nullptr : "wrong secret", callback))
    let_in(callback, rates_.component(), component_caller(settings_.domain));
}

void Credentials::check_basic(const http::Request& request, std::string_view encoded,
                              const std::shared_ptr<AuthenticationCallback>& callback) const {
  // As programs send them with every request they need not be decoded and digested each time.
  if (!component_encoded_.empty() && constant_time_equal(encoded, component_encoded_)) {
    const Attempt attempt{request.peer, settings_.domain, settings_.component_secret};
    return check_component(request, attempt, true, callback);
  }
  const auto decoded = base64_decode(encoded);
  const size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos || colon == 0 || !valid_utf8(*decoded)) {
    return unreadable(request, "malformed", "Credentials malformed: Basic has 'name:password' in base64",
                      callback);
  }
  const std::string_view name = std::string_view(*decoded).substr(0, colon);
  const std::string_view password = std::string_view(*decoded).substr(colon + 1);
  const Attempt attempt{request.peer, name, password};
  if (ascii_equal(name, settings_.domain)) {
    const bool equal = constant_time_equal(sha256(password), secret_digest_);
    check_component(request, attempt, equal && !settings_.component_secret.empty(), callback);
  } else if (accounts_.available()) {
    if (throttle_.may_try(request, attempt, callback)) check_account(request, name, password, callback);
  } else {
    throttle_.passes(request, attempt, "unknown name", callback);
  }
}

void Credentials::check_account(const http::Request& request, std::string_view name,
                                std::string_view password,
                                const std::shared_ptr<AuthenticationCallback>& callback) const {
  if (const auto bare_jid = good_passwords_.account(name, password)) {
    if (throttle_.passes(request, {request.peer, name, password}, nullptr, callback))
      let_in(callback, rates_.account(*bare_jid), account_caller(*bare_jid));
    return;
  }
  const OpenChecks::Id id = open_->open(callback);
  if (id == 0) return;
  const auto asking = std::make_shared<const Asking>(request, name, password);
  accounts_.check(asking->name, asking->password,
                  [this, open = open_, id, asking](Accounts::Verdict verdict, const std::string& bare_jid) {
                    // Whoever waits still keeps the credentials.
                    if (const auto waiting = open->take(id)) end_account(*asking, verdict, bare_jid, waiting);
                  });
}

void Credentials::end_account(const Asking& asking, Accounts::Verdict verdict, const std::string& bare_jid,
                              const std::shared_ptr<AuthenticationCallback>& callback) const {
  if (verdict == Accounts::Verdict::failed) {
    return callback->tell(
        Refusal{500, "wait", "internal-server-error", "The server could not check the password"});
  }
  const char* wrong = verdict == Accounts::Verdict::ok ? nullptr : "wrong name or password";
  if (!throttle_.passes(asking.request, asking.attempt(), wrong, callback)) return;
  good_passwords_.remember(asking.name, asking.password, bare_jid);
  let_in(callback, rates_.account(bare_jid), account_caller(bare_jid));
}

void Credentials::check_bearer(const http::Request& request, std::string_view token,
                               const std::shared_ptr<AuthenticationCallback>& callback) const {
  const std::string digest = sha256(token);
  size_t found = settings_.tokens.size();
  for (size_t i = 0; i < settings_.tokens.size(); ++i) {
    if (constant_time_equal(digest, settings_.tokens[i].sha256)) found = i;
  }
  if (found == settings_.tokens.size()) {
    const Attempt attempt{request.peer, kBearer, token};
    if (!accounts_.knows_bearers()) {
      throttle_.passes(request, attempt, "unknown token", callback);
    } else if (throttle_.may_try(request, attempt, callback)) {
      check_principal(request, token, callback);
    }
    return;
  }
  const Token& known = settings_.tokens[found];
  if (known.expires && *known.expires <= clock_.wall()) {
    // Under its own name: a program that goes on with it makes nobody else wait.
    const std::string name = kTokenName + known.name;
    throttle_.passes(request, {request.peer, name, token}, "the token has expired", callback);
    return;
  }
  if (throttle_.passes(request, {request.peer, kBearer, token}, nullptr, callback))
    let_in(callback, rates_.token(found), token_caller(found, known, settings_.domain));
}

void Credentials::check_principal(const http::Request& request, std::string_view token,
                                  const std::shared_ptr<AuthenticationCallback>& callback) const {
  const OpenChecks::Id id = open_->open(callback);
  if (id == 0) return;
  const auto asking = std::make_shared<const Asking>(request, kBearer, token);
  accounts_.check_bearer(
      asking->password,
      [this, open = open_, id, asking](Accounts::Verdict verdict, const Accounts::Principal& principal) {
        // Whoever waits still keeps the credentials.
        if (const auto waiting = open->take(id)) end_principal(*asking, verdict, principal, waiting);
      });
}

void Credentials::end_principal(const Asking& asking, Accounts::Verdict verdict,
                                const Accounts::Principal& principal,
                                const std::shared_ptr<AuthenticationCallback>& callback) const {
  if (verdict == Accounts::Verdict::failed) {
    return callback->tell(
        Refusal{500, "wait", "internal-server-error", "The server could not check the token"});
  }
  const char* wrong = verdict == Accounts::Verdict::ok ? nullptr : "unknown token";
  if (!throttle_.passes(asking.request, asking.attempt(), wrong, callback)) return;
  Caller caller = account_caller(principal.bare_jid);
  caller.rights = principal.rights & kAllRights;
  let_in(callback, rates_.account(principal.bare_jid), std::move(caller));
}

std::optional<size_t> Credentials::token_of(const std::string& name) const {
  for (size_t i = 0; i < settings_.tokens.size(); ++i) {
    const Token& token = settings_.tokens[i];
    if (kTokenName + token.name != name) continue;
    if (token.expires && *token.expires <= clock_.wall()) return std::nullopt;
    return i;
  }
  return std::nullopt;
}

std::optional<Credentials::Known> Credentials::known(const std::string& name) const {
  if (name == kComponentName && settings_.basic && !settings_.component_secret.empty())
    return Known{component_caller(settings_.domain), secret_digest_};
  const auto token = token_of(name);
  if (!token || !settings_.bearer) return std::nullopt;
  const Token& its = settings_.tokens[*token];
  return Known{token_caller(*token, its, settings_.domain), its.sha256};
}

bool Credentials::is_secret(std::string_view text) const {
  const std::string digest = sha256(text);
  bool secret = constant_time_equal(digest, secret_digest_);
  for (const Token& token : settings_.tokens) {
    if (constant_time_equal(digest, token.sha256)) secret = true;
  }
  return secret;
}

bool Credentials::holds_secret(std::string_view text) const {
  const std::string& secret = settings_.component_secret;
  return is_secret(text) || (!secret.empty() && text.find(secret) != std::string_view::npos);
}

std::chrono::nanoseconds Credentials::take_turn(const Caller& caller) const {
  if (caller.token) return rates_.token(*caller.token);
  if (caller.account) return rates_.account(caller.address);
  return caller.anonymous ? rates_.anonymous() : rates_.component();
}

void Credentials::note(const http::Request& request, const Caller& caller, const Refusal& refusal) const {
  if (refusal.status == 403) throttle_.audit().refused(request, caller.name, refusal.text);
}

void Credentials::drain() const {
  open_->drain();
  throttle_.drain();
}

}  // namespace restanza::rest
