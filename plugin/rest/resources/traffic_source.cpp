// SPDX-License-Identifier: MIT
#include "rest/resources/traffic_source.h"

#include <utility>

#include "feed/event_text.h"
#include "rest/resources/traffic_event.h"

namespace restanza::rest {

std::string TrafficTexts::text(const traffic::Ring::Numbered& numbered, bool body) {
  Made& made = made_[body ? 1 : 0][numbered.number % kMax];
  if (made.of(numbered.record)) return made.text;
  std::string text = traffic_json(*numbered.record, body, options_);
  if (text.size() <= kMaxText) made = {numbered.record, text};
  return text;
}

void TrafficSource::begin(const std::string& after) {
  ring_.attend(shared_from_this());
  place_ = after.empty() ? ring_.now() : traffic::parse_place(after).value_or(traffic::Place());
}

void TrafficSource::news() {
  if (const auto known = stream()) known->news();
}

bool TrafficSource::read(std::string& events) {
  while (events.size() < feed::EventStream::kPiece) {
    const auto page = ring_.read(place_);
    const bool gap = page.unknown || page.dropped != 0;
    // Who loses the connection before the first event comes back to this place.
    if (!std::exchange(begun_, true) && !gap) events += "id: " + text_of(place_) + "\n\n";
    if (gap) append_gap(events, page);
    place_ = page.after;
    if (page.records.empty()) break;
    for (const auto& one : page.records) {
      place_.number = one.number;
      feed::append_event(events, text_of(place_), name_of(one.record->event),
                         texts_->text(one, sees(*one.record)));
      if (events.size() >= feed::EventStream::kPiece) break;
    }
  }
  return true;
}

void TrafficSource::append_gap(std::string& events, const traffic::Ring::Page& page) const {
  const auto count = page.unknown ? std::nullopt : std::optional<uint64_t>(page.dropped);
  feed::append_event(events, text_of(page.after), "dropped", dropped_json(count));
}

// What a reader may receive, or send, it may see. One without limits sees what others send as well, such as
// accounts of the server.
bool TrafficSource::sees(const traffic::Record& record) const {
  if (!record.stanza || !recorder_.keeps_bodies() || (caller_.rights & kReceive) == 0) return false;
  const xmpp::Stanza& stanza = *record.stanza;
  if (!caller_.may_send(stanza.kind)) return false;
  if (caller_.whole_domain && caller_.from.empty() && caller_.to.empty()) return true;
  const bool came = record.event == traffic::Event::in;
  return caller_.may_send_as(came ? stanza.to : stanza.from) &&
         caller_.may_send_to(came ? stanza.from : stanza.to);
}

}  // namespace restanza::rest
