// SPDX-License-Identifier: MIT
#include "webhook/dispatcher.h"

#include <system_error>

#include "base/thread.h"
#include "webhook/body.h"

namespace restanza::webhook {
namespace {

constexpr size_t kMaxListed = 20;  // names in one line of the log

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (size_t i = 0; i < names.size() && i < kMaxListed; ++i) {
    list.append(list.empty() ? "" : ", ").append(names[i]);
  }
  return names.size() > kMaxListed ? list + ", ..." : list;
}

}  // namespace

Dispatcher::Dispatcher(Settings settings, Reply reply, Timer& timer, Log& log)
    : settings_(std::move(settings)),
      url_(*Url::parse(settings_.url)),
      rules_(settings_),
      reply_(std::move(reply)),
      timer_(timer),
      log_(log),
      lanes_({settings_.max_queued, settings_.max_queued_bytes}),
      health_(url_.origin(), log),
      negotiation_(settings_, url_, health_, log) {}

void Dispatcher::start() {
  try {
    while (threads_.size() < settings_.max_connections) {
      senders_.push_back(std::make_unique<Sender>(url_, settings_, timer_));
      threads_.push_back(start_thread("rz-webhook", [this, sender = senders_.back().get(),
                                                     first = threads_.empty()] { work(*sender, first); }));
    }
  } catch (const std::system_error& error) {
    log_.error("started " + std::to_string(threads_.size()) + " of " +
               std::to_string(settings_.max_connections) + " webhook threads: " + error.what());
    if (threads_.empty()) lanes_.close();
  }
}

Dispatcher::~Dispatcher() {
  stop();
}

bool Dispatcher::take(xmpp::Stanza&& stanza) {
  if (reflections_.is_reflection(stanza)) return true;
  return lanes_.push(std::move(stanza));
}

void Dispatcher::drain(std::function<void()> done) {
  lanes_.drain(std::move(done));
}

void Dispatcher::stop() {
  lanes_.close();
  for (const auto& sender : senders_) sender->abort();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  Outcome given_up;
  given_up.end = Outcome::End::aborted;
  size_t count = 0;
  while (const auto left = lanes_.rest()) {
    answer(left->stanza, given_up);
    lanes_.finish(*left);
    ++count;
  }
  if (count != 0) log_.warn("gave up " + std::to_string(count) + " stanzas that waited for the webhook");
}

void Dispatcher::work(Sender& sender, bool first) {
  if (first) negotiation_.begin(sender);
  while (const auto next = lanes_.next()) {
    deliver(sender, next->stanza);
    lanes_.finish(*next);
  }
}

void Dispatcher::deliver(Sender& sender, const xmpp::Stanza& stanza) {
  Body body = body_of(stanza, negotiation_.settle(sender), settings_.mapping);
  if (!body.unmapped.empty()) {
    log_.debug("a stanza has what its format has no mapping for: " + listed(body.unmapped));
  }
  const Outcome outcome = sender.post({fill_fields(url_.target, stanza), mapping::media_type(body.format),
                                       language_of(stanza), std::move(body.text)});
  health_.note(outcome);
  if (outcome.end != Outcome::End::answered) negotiation_.ask_again();
  answer(stanza, outcome);
}

void Dispatcher::answer(const xmpp::Stanza& stanza, const Outcome& outcome) {
  Answer answer = answer_to(stanza, outcome, settings_.mapping);
  if (!answer.warning.empty()) log_.warn(answer.warning);
  if (!answer.unmapped.empty()) {
    log_.info("a webhook's answer has keys without mapping: " + listed(answer.unmapped));
  }
  for (xmpp::Stanza& reply : answer.stanzas) {
    reflections_.note_sent(reply);
    reply_(std::move(reply));
  }
}

}  // namespace restanza::webhook
