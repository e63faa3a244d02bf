// SPDX-License-Identifier: MIT
#include "prosody/prosody_plugin.h"

#include <utility>

#include "prosody/crossed_answer.h"

namespace restanza::host {
namespace {

ProsodyPlugin::Offered offered_as(xp::host::Outcome outcome) {
  switch (outcome) {
    case xp::host::Outcome::taken:
      return ProsodyPlugin::Offered::taken;
    case xp::host::Outcome::passed:
      return ProsodyPlugin::Offered::passed;
    case xp::host::Outcome::refused:
      break;
  }
  return ProsodyPlugin::Offered::refused;
}

// A token may send as its account, and nothing more.
xp::host::Server::Verdict verdict_of(xp::host::Server::BearerVerdict of_token) {
  return [tell = std::move(of_token)](xp_status status, const std::string& bare_jid) {
    xp::host::Server::Principal principal;
    principal.bare_jid = bare_jid;
    tell(status, principal);
  };
}

}  // namespace

ProsodyPlugin::ProsodyPlugin(const ProsodySettings& settings)
    : server_(crossing_, settings.accounts),
      host_(
          xp::host::HostSettings{"Prosody", settings.version, settings.listen,
                                 [this](int32_t level, std::string_view line) { crossing_.say(level, line); },
                                 settings.certificate, settings.key}) {}

std::unique_ptr<ProsodyPlugin> ProsodyPlugin::load(const ProsodySettings& settings, std::string& error) {
  std::unique_ptr<ProsodyPlugin> made(new ProsodyPlugin(settings));
  xp::host::PluginSettings wanted;
  wanted.library = settings.library;
  wanted.domain = settings.domain;
  wanted.prefix = settings.prefix;
  wanted.state_dir = settings.state_dir;
  wanted.settings_json = settings.json;
  made->plugin_ = made->host_.load(wanted, made->server_, error);
  if (made->plugin_) return made;
  if (!made->end()) static_cast<void>(made.release());  // something of the plugin runs on, and knows it
  return nullptr;
}

ProsodyPlugin::Offered ProsodyPlugin::offer(std::string_view stanza, bool injected, bool answer_passed) {
  const uint64_t number = ++offers_;
  offering_ = number;
  said_ = Offered::held;
  const bool good = plugin_->offer(
      stanza, injected, [this, number, answer_passed](const std::string& text, xp::host::Outcome outcome) {
        settle(number, answer_passed, text, outcome);
      });
  offering_ = 0;
  return good ? said_ : Offered::invalid;
}

void ProsodyPlugin::settle(uint64_t offer, bool answer_passed, std::string_view stanza,
                           xp::host::Outcome outcome) {
  const bool at_once = offer == offering_;
  if (at_once) said_ = offered_as(outcome);
  if (outcome == xp::host::Outcome::taken) return;  // the stanza need not be read again
  if (at_once && !answer_passed && outcome == xp::host::Outcome::passed) return;
  const std::string error = xp::host::error_for(stanza, outcome);
  auto flat = error.empty() ? std::nullopt : flatten(error);
  if (flat) crossing_.answer(std::move(*flat));
}

const CrossingItem& ProsodyPlugin::next() noexcept {
  try {
    current_ = crossing_.take();
    if (const auto* work = std::get_if<LoopWork>(&current_)) (*work)();
    if (auto* question = std::get_if<PasswordQuestion>(&current_))
      verdicts_.emplace(++questions_, std::move(question->verdict));
    if (auto* question = std::get_if<TokenQuestion>(&current_))
      verdicts_.emplace(++questions_, verdict_of(std::move(question->verdict)));
    if (const auto* answer = std::get_if<HttpAnswer>(&current_)) requests_.erase(answer->request);
  } catch (...) {  // as a rule for want of memory: what it was is lost, and the loop goes on
    current_ = LoopWork();
  }
  return current_;
}

uint64_t ProsodyPlugin::request(const xp::host::Request& request) {
  const uint64_t number = ++last_request_;
  // Before the call, for the answer may have crossed when it returns; it is taken later, on this thread.
  const auto waiting = requests_.emplace(number, 0).first;
  const uint64_t theirs = host_.request(request, std::make_shared<CrossedAnswer>(crossing_, number));
  waiting->second = theirs;
  if (theirs != 0) return number;
  requests_.erase(waiting);
  return 0;
}

void ProsodyPlugin::client_left(uint64_t request) {
  const auto waiting = requests_.find(request);
  if (waiting != requests_.end()) host_.client_left(waiting->second);
}

void ProsodyPlugin::verdict(uint64_t question, xp_status status, const std::string& bare_jid) {
  const auto asked = verdicts_.extract(question);
  if (asked) asked.mapped()(status, bare_jid);
}

void ProsodyPlugin::drain(std::chrono::milliseconds within) {
  host_.drain(within, [this] { crossing_.drained(); });
}

bool ProsodyPlugin::end() {
  crossing_.close();
  verdicts_.clear();
  current_ = CrossingItem();
  return host_.end();
}

}  // namespace restanza::host
