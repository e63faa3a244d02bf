// SPDX-License-Identifier: MIT
#include "rest/resources/traffic_event.h"

#include "rest/answers/json_writer.h"
#include "rest/resources/updates_page.h"

namespace restanza::rest {
namespace {

void write_known(JsonWriter& json, const char* name, const std::string& value) {
  if (!value.empty()) json.text(name, value);
}

void write_passed(JsonWriter& json, const traffic::Record& record, bool body,
                  const mapping::Options& options) {
  const xmpp::Stanza& stanza = *record.stanza;
  json.text("kind", xmpp::name_of(stanza.kind));
  write_known(json, "type", stanza.type);
  write_known(json, "from", stanza.from);
  write_known(json, "to", stanza.to);
  write_known(json, "id", stanza.id);
  json.number("bytes", static_cast<int64_t>(record.size));
  if (body && !stanza.xml.empty()) write_stanza(json, stanza, options);
  if (!record.deliveries.empty()) {
    json.open_array("deliveries");
    for (const auto& delivery : record.deliveries) {
      json.open_object();
      json.text("endpoint", delivery.endpoint);
      json.text("id", delivery.id);
      json.close();
    }
    json.close();
  }
  if (!record.full.empty()) json.texts("full", record.full);
}

void write_delivery(JsonWriter& json, const traffic::Record& record) {
  json.text("endpoint", record.delivery.endpoint);
  json.text("id", record.delivery.id);
  if (record.attempt != 0) json.number("attempt", record.attempt);
  if (record.status != 0) json.number("status", record.status);
  if (record.took) json.seconds("seconds", record.took);
  write_known(json, "error", record.error);
}

}  // namespace

const char* name_of(traffic::Event event) {
  switch (event) {
    case traffic::Event::in:
      return "in";
    case traffic::Event::out:
      return "out";
    case traffic::Event::delivery:
      return "delivery";
  }
  return "";
}

std::string traffic_json(const traffic::Record& record, bool body, const mapping::Options& options) {
  JsonWriter json;
  json.open_object();
  json.time("time", record.time);
  json.text("outcome", record.outcome);
  if (record.event == traffic::Event::delivery) {
    write_delivery(json, record);
  } else {
    write_passed(json, record, body, options);
  }
  json.close();
  return json.take();
}

std::string dropped_json(std::optional<uint64_t> count) {
  JsonWriter json;
  json.open_object();
  if (count) {
    json.number("count", static_cast<int64_t>(*count));
  } else {
    json.null("count");
  }
  json.close();
  return json.take();
}

}  // namespace restanza::rest
