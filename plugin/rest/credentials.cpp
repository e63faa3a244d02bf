// SPDX-License-Identifier: MIT
#include "rest/credentials.h"

#include "base/random.h"
#include "base/str.h"
#include "rest/digest.h"
#include "xmpp/jid.h"

namespace restanza::rest {
namespace {

std::string challenge_of(const Credentials::Settings& settings) {
  const std::string realm = " realm=\"" + settings.domain + settings.prefix + "\"";
  std::string challenge;
  if (settings.basic) challenge = "Basic" + realm;
  if (settings.bearer) challenge += (challenge.empty() ? "" : ", ") + ("Bearer" + realm);
  return challenge;
}

Caller anonymous_caller(const std::string& domain) {
  Caller caller;
  caller.name = "anonymous";
  caller.anonymous = true;
  caller.address = ascii_lower(random_id()) + "@" + domain;
  return caller;
}

Result<Caller, Refusal> judged(Accounts::Verdict verdict, const std::string& bare_jid,
                               const Refusal& denied) {
  if (verdict == Accounts::Verdict::failed) {
    return Refusal{500, "wait", "internal-server-error", "The server could not check the password"};
  }
  if (verdict != Accounts::Verdict::ok) return denied;
  Caller caller;
  caller.name = bare_jid;
  caller.address = bare_jid;
  caller.account = true;
  return caller;
}

}  // namespace

Credentials::Credentials(Settings settings, Accounts& accounts, const Clock& clock)
    : settings_(std::move(settings)),
      secret_digest_(sha256(settings_.component_secret)),
      challenge_(challenge_of(settings_)),
      accounts_(accounts),
      clock_(clock) {}

Refusal Credentials::unauthorized(const char* text) const {
  Refusal refusal{401, "auth", "not-authorized", text};
  if (!challenge_.empty()) refusal.headers.emplace_back("WWW-Authenticate", challenge_);
  return refusal;
}

void Credentials::check(const http::Request& request, const Done& done) const {
  const auto header = request.header("Authorization");
  if (!header) {
    if (settings_.anonymous) return done(anonymous_caller(settings_.domain));
    return done(unauthorized("No credentials provided"));
  }
  const std::string_view value = trim(*header);
  const size_t space = value.find(' ');
  const std::string_view scheme = value.substr(0, space);
  const std::string_view data =
      space == std::string_view::npos ? std::string_view() : trim(value.substr(space));
  if (settings_.basic && ascii_equal(scheme, "Basic") && !data.empty()) return check_basic(data, done);
  if (settings_.bearer && ascii_equal(scheme, "Bearer") && !data.empty()) return done(check_bearer(data));
  done(unauthorized("No credentials provided"));
}

void Credentials::check_basic(std::string_view encoded, const Done& done) const {
  const auto decoded = unbase64(encoded);
  const size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos || colon == 0 || !valid_utf8(*decoded)) {
    return done(unauthorized("Credentials malformed"));
  }
  const std::string name = decoded->substr(0, colon);
  const std::string password = decoded->substr(colon + 1);
  if (ascii_equal(name, settings_.domain)) return done(component(password));
  if (!accounts_.available()) return done(unauthorized("Credentials not accepted"));
  const OpenChecks::Id id = open_->open(done);
  if (id == 0) return;
  accounts_.check(name, password,
                  [open = open_, id, refusal = unauthorized("Credentials not accepted")](
                      Accounts::Verdict verdict, const std::string& bare_jid) {
                    open->end(id, judged(verdict, bare_jid, refusal));
                  });
}

Result<Caller, Refusal> Credentials::component(std::string_view password) const {
  const bool equal = constant_time_equal(sha256(password), secret_digest_);
  if (settings_.component_secret.empty() || !equal) return unauthorized("Credentials not accepted");
  Caller caller;
  caller.name = "component";
  caller.address = settings_.domain;
  caller.whole_domain = true;
  caller.rights = config::kAllRights;
  return caller;
}

Result<Caller, Refusal> Credentials::check_bearer(std::string_view token) const {
  const std::string digest = sha256(token);
  const config::Token* found = nullptr;
  for (const config::Token& known : settings_.tokens) {
    if (constant_time_equal(digest, known.sha256)) found = &known;
  }
  if (!found || (found->expires && *found->expires <= clock_.wall())) {
    return unauthorized("Credentials not accepted");
  }
  Caller caller;
  caller.name = "token " + found->name;
  caller.whole_domain = true;
  caller.from = found->from;
  caller.to = found->to;
  caller.kinds = found->kinds;
  caller.rights = found->rights;
  // A token that is bound to one address speaks as it without being told.
  const bool one = !found->from.empty() && found->from[0].find('*') == std::string::npos;
  caller.address = one ? found->from[0] : settings_.domain;
  return caller;
}

}  // namespace restanza::rest
