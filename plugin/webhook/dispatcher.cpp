// SPDX-License-Identifier: MIT
#include "webhook/dispatcher.h"

#include <system_error>

#include "base/thread.h"

namespace restanza::webhook {

Dispatcher::Dispatcher(Settings settings, Reply reply, Timer& timer, Log& log, Decoder decode)
    : url_(*Url::parse(settings.url)),
      rules_(settings),
      reply_(std::move(reply)),
      decode_(std::move(decode)),
      log_(log),
      lanes_({settings.max_queued, settings.max_queued_bytes}) {
  try {
    while (threads_.size() < settings.max_connections) {
      senders_.push_back(std::make_unique<Sender>(url_, settings, timer));
      threads_.push_back(
          start_thread("rz-webhook", [this, sender = senders_.back().get()] { work(*sender); }));
    }
  } catch (const std::system_error& error) {
    log_.error("started " + std::to_string(threads_.size()) + " of " +
               std::to_string(settings.max_connections) + " webhook threads: " + error.what());
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

void Dispatcher::work(Sender& sender) {
  while (const auto next = lanes_.next()) {
    deliver(sender, next->stanza);
    lanes_.finish(*next);
  }
}

void Dispatcher::deliver(Sender& sender, const xmpp::Stanza& stanza) {
  const Outcome outcome = sender.post(
      {fill_fields(url_.target, stanza), "application/xmpp+xml", language_of(stanza), stanza.xml});
  note_health(outcome);
  answer(stanza, outcome);
}

void Dispatcher::answer(const xmpp::Stanza& stanza, const Outcome& outcome) {
  Answer answer = answer_to(stanza, outcome, decode_);
  if (!answer.warning.empty()) log_.warn(answer.warning);
  for (xmpp::Stanza& reply : answer.stanzas) {
    reflections_.note_sent(reply);
    reply_(std::move(reply));
  }
}

// One line when an endpoint goes away and one when it is back, not one for each stanza.
void Dispatcher::note_health(const Outcome& outcome) {
  if (outcome.end == Outcome::End::aborted) return;
  const bool failing = outcome.end != Outcome::End::answered;
  if (failing_.exchange(failing) == failing) return;
  if (!failing) {
    log_.info("webhook " + url_.origin() + " answers again");
  } else if (outcome.end == Outcome::End::timeout) {
    log_.warn("webhook " + url_.origin() + " does not answer in time");
  } else {
    log_.warn("webhook " + url_.origin() + " cannot be reached: " + outcome.detail);
  }
}

}  // namespace restanza::webhook
