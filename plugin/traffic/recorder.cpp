// SPDX-License-Identifier: MIT
#include "traffic/recorder.h"

#include <utility>

namespace restanza::traffic {
namespace {

const char* word_of(xmpp::Sent outcome) {
  switch (outcome) {
    case xmpp::Sent::ok:
      return "sent";
    case xmpp::Sent::would_block:
      return "busy";
    case xmpp::Sent::too_big:
      return "too-big";
    case xmpp::Sent::denied:
      return "denied";
    case xmpp::Sent::invalid:
      return "invalid";
    case xmpp::Sent::gone:
      return "gone";
  }
  return "";
}

std::shared_ptr<const xmpp::Stanza> without_text(const xmpp::Stanza& stanza) {
  xmpp::Stanza head;
  head.kind = stanza.kind;
  head.type = stanza.type;
  head.from = stanza.from;
  head.to = stanza.to;
  head.id = stanza.id;
  return std::make_shared<const xmpp::Stanza>(std::move(head));
}

}  // namespace

template <class Fill>
void Recorder::record(Fill&& fill) noexcept {
  if (!recording()) return;
  Record record;
  try {
    record.time = clock_.wall();
    fill(record);
  } catch (const std::exception&) {
    return ring_.drop();
  }
  ring_.add(std::move(record));
}

bool Recorder::keeps_text(const xmpp::Stanza& stanza) const {
  return bodies_ && stanza.xml.size() <= Ring::kMaxText;
}

void Recorder::stanza_came(const std::shared_ptr<const xmpp::Stanza>& stanza, const char* outcome,
                           std::vector<Record::Delivery> deliveries, std::vector<std::string> full) noexcept {
  record([&](Record& record) {
    record.event = Event::in;
    record.outcome = outcome;
    record.size = stanza->xml.size();
    record.stanza = keeps_text(*stanza) ? stanza : without_text(*stanza);
    record.deliveries = std::move(deliveries);
    record.full = std::move(full);
  });
}

void Recorder::sent(const xmpp::Stanza& stanza, xmpp::Sent outcome) {
  record([&](Record& record) {
    record.event = Event::out;
    record.outcome = word_of(outcome);
    record.size = stanza.xml.size();
    record.stanza = keeps_text(stanza) ? std::make_shared<const xmpp::Stanza>(stanza) : without_text(stanza);
  });
}

void Recorder::attempted(const std::string& endpoint, const std::string& id, Attempt attempt) noexcept {
  record([&](Record& record) {
    record.event = Event::delivery;
    record.outcome = attempt.outcome;
    record.delivery = {endpoint, id};
    record.attempt = attempt.number;
    record.status = attempt.status;
    record.error = std::move(attempt.error);
    record.took = std::chrono::duration_cast<std::chrono::milliseconds>(attempt.took);
  });
}

void Recorder::given_up(const std::string& endpoint, const std::string& id, const std::string& why) noexcept {
  record([&](Record& record) {
    record.event = Event::delivery;
    record.outcome = "dead-letter";
    record.delivery = {endpoint, id};
    record.error = why;
  });
}

}  // namespace restanza::traffic
