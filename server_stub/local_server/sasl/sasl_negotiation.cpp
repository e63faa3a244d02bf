// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/sasl/sasl_negotiation.h"

#include "base/str.h"

namespace restanza::host::local {
namespace {

std::string element(const char* name, const std::string& data) {
  const std::string start = std::string("<") + name + " xmlns='" + kSaslNamespace + "'";
  return data.empty() ? start + "/>" : start + ">" + base64(data) + "</" + name + ">";
}

}  // namespace

std::string SaslNegotiation::mechanisms() const {
  std::string names = "<mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism>";
  if (anonymous_) names += "<mechanism>ANONYMOUS</mechanism>";
  return std::string("<mechanisms xmlns='") + kSaslNamespace + "'>" + names + "</mechanisms>";
}

SaslNegotiation::Answer SaslNegotiation::handle(xml::Element at) {
  if (at.name() == "auth") return begin(at);
  if (at.name() == "response" && exchange_) return go_on(at.text());
  return failed(at.name() == "abort" ? "aborted" : "malformed-request");
}

SaslNegotiation::Answer SaslNegotiation::begin(xml::Element auth) {
  exchange_ = begin_exchange(auth.attribute("mechanism").value_or(""), accounts_, anonymous_);
  if (!exchange_) return failed("invalid-mechanism");
  const std::string initial = auth.text();
  // Without an initial response the client waits for an empty challenge (RFC 6120 section 6.4.2), but for
  // ANONYMOUS nothing needs to be asked.
  if (initial.empty() && auth.attribute("mechanism") != "ANONYMOUS")
    return {element("challenge", ""), "", false, "", {}};
  return go_on(initial);
}

SaslNegotiation::Answer SaslNegotiation::go_on(const std::string& encoded) {
  const auto message = encoded == "=" ? std::string() : base64_decode(encoded);
  if (!message) return failed("incorrect-encoding");
  SaslStep step = exchange_->respond(*message);
  FailedLogins::Verdict verdict;
  if (const SaslClaim* const claim = exchange_->claim()) {
    const bool right = step.condition != "not-authorized";
    verdict = failed_.judge({peer_, claim->node, claim->secret}, right);
  }
  if (verdict.locked > verdict.locked.zero()) return failed("temporary-auth-failure");
  if (step.kind == SaslStep::Kind::failure) {
    Answer answer = failed(step.condition);
    answer.late = verdict.late;
    return answer;
  }
  if (step.kind == SaslStep::Kind::challenge) return {element("challenge", step.data), "", false, "", {}};
  exchange_.reset();
  return {element("success", step.data), std::move(step.node), false, "", {}};
}

SaslNegotiation::Answer SaslNegotiation::failed(const std::string& condition) {
  exchange_.reset();
  if (attempts_left_ > 0) --attempts_left_;
  return {std::string("<failure xmlns='") + kSaslNamespace + "'><" + condition + "/></failure>",
          "",
          attempts_left_ == 0,
          condition,
          {}};
}

}  // namespace restanza::host::local
