// SPDX-License-Identifier: MIT
#include "rest/resources/updates_page.h"

#include <algorithm>

#include "base/date.h"
#include "xml/gate.h"
#include "xml/writer.h"

namespace restanza::rest {
namespace {

using feed::Update;

std::chrono::seconds left(const Update& update, Instant now) {
  return std::max(std::chrono::floor<std::chrono::seconds>(*update.until - now), std::chrono::seconds(0));
}

}  // namespace

void write_stanza(JsonWriter& json, const xmpp::Stanza& stanza, const mapping::Options& options) {
  const auto document = xml::parse(stanza.xml);
  const auto encoded = document ? mapping::encode(mapping::Format::json, document->root(), options)
                                : Result<mapping::Encoded>(document.error());
  if (encoded) return json.raw("stanza", encoded->body);
  json.text("xml", stanza.xml);
}

namespace {

void write_update(JsonWriter& json, const Update& update, const mapping::Options& options, Instant now) {
  json.text("cursor", update.cursor);
  json.text("id", update.id);
  json.time("time", update.accepted);
  if (!update.kept) json.boolean("kept", false);
  if (update.until) json.number("seconds_left", left(update, now).count());
  write_stanza(json, *update.stanza, options);
}

}  // namespace

std::string update_json(const Update& update, const mapping::Options& options, Instant now) {
  JsonWriter json;
  json.open_object();
  write_update(json, update, options, now);
  json.close();
  return json.take();
}

std::string updates_json(const feed::Page& page, const Visible& visible, const mapping::Options& options,
                         Instant now) {
  JsonWriter json;
  json.open_object();
  json.open_array("updates");
  for (const Update& update : page.updates) {
    if (!visible(*update.stanza)) continue;
    json.open_object();
    write_update(json, update, options, now);
    json.close();
  }
  json.close();
  json.text("next", page.next);
  if (page.missed != 0) json.number("missed", static_cast<int64_t>(page.missed));
  json.close();
  return json.take();
}

std::string updates_xml(const feed::Page& page, const Visible& visible, Instant now) {
  xml::Document all("updates", kUpdatesNamespace);
  xml::Element root = all.root();
  root.set_attribute("next", page.next);
  if (page.missed != 0) root.set_attribute("missed", std::to_string(page.missed));
  for (const Update& update : page.updates) {
    const auto stanza =
        visible(*update.stanza) ? xml::parse(update.stanza->xml) : Result<xml::Document>(Error{});
    if (!stanza) continue;
    xml::Element one = root.add("update", kUpdatesNamespace);
    one.set_attribute("cursor", update.cursor);
    one.set_attribute("id", update.id);
    one.set_attribute("time", rfc3339(update.accepted));
    if (!update.kept) one.set_attribute("kept", "false");
    if (update.until) one.set_attribute("seconds-left", std::to_string(left(update, now).count()));
    one.add_copy(stanza->root());
  }
  return xml::write(root);
}

}  // namespace restanza::rest
