// SPDX-License-Identifier: MIT
#include "webhook/settings/endpoint_settings.h"

#include <algorithm>
#include <tuple>

namespace restanza::webhook {
namespace {

using config::Reader;
using Row = config::Setting<Settings>;

// Short names that stand for media types; mod_rest has "json".
constexpr std::pair<mapping::Format, const char*> kFormats[] = {{mapping::Format::xml, "xml"},
                                                                {mapping::Format::json, "json"},
                                                                {mapping::Format::form, "form"},
                                                                {mapping::Format::text, "text"},
                                                                {mapping::Format::cbor, "cbor"}};

void read_format(Reader& reader, const char* key, Settings& endpoint) {
  std::string type = mapping::media_type(endpoint.format);
  reader.text(key, type);
  std::string known;
  for (const auto& [format, alias] : kFormats) {
    const std::string media_type = mapping::media_type(format);
    if (type == media_type || type == alias) {
      endpoint.format = format;
      return;
    }
    known.append(known.empty() ? "" : ", ").append(media_type).append(" (").append(alias).append(")");
  }
  reader.fail(key, "knows " + known + ", and not '" + type + "'");
}

void read_events(Reader& reader, const char* key, Settings& endpoint) {
  std::vector<std::string> events{"bare", "full", "host"};
  reader.words(key, events, {"bare", "full", "host"});
  endpoint.events = (config::holds(events, "bare") ? mask(Event::bare) : 0U) |
                    (config::holds(events, "full") ? mask(Event::full) : 0U) |
                    (config::holds(events, "host") ? mask(Event::host) : 0U);
}

void read_name(Reader& reader, const char* key, Settings& endpoint) {
  endpoint.name.clear();
  reader.text(key, endpoint.name);
  if (endpoint.name.empty()) reader.fail(key, "is missing: paths, logs and metrics name an endpoint by it");
}

// `pace` is the name that it had at first.
void read_drain_rate(Reader& reader, const char* key, Settings& endpoint) {
  if (reader.has(key) && reader.has("pace"))
    return reader.fail("pace", "is the old name of 'drain_rate', which stands beside it: remove 'pace'");
  reader.number(key, endpoint.drain_rate, 0.1, 100000);
  reader.number("pace", endpoint.drain_rate, 0.1, 100000);
}

// What both forms have.
config::Settings<Settings> common_settings() {
  return {
      Row::text(
          "url", &Settings::url,
          "where stanzas are posted, http or https; `{kind}`, `{type}`, `{to}` and `{from}` are filled in"),
      Row::custom("content_type", "text", "`application/xmpp+xml`",
                  "also `json`, `form`, `text`, `cbor` or their media types", read_format)
          .compared(&Settings::format),
      Row::custom(
          "stanzas", "list of texts", "all", "of `message`, `presence`, `iq`",
          [](Reader& reader, const char* key, Settings& endpoint) { reader.kinds(key, endpoint.kinds); })
          .compared(&Settings::kinds),
      Row::custom("events", "list of texts", "all",
                  "of `bare` (user@domain), `full` (with a resource), `host` (the domain itself)",
                  read_events)
          .compared(&Settings::events),
      Row::seconds("timeout", &Settings::timeout, 0.1, 3600.0, "from connecting to the answer's last byte"),
      Row::flag("retry", &Settings::retry, "false: one attempt, every failure is an error at once"),
  };
}

// What needs the more room of an entry.
config::Settings<Settings> further_settings() {
  return {
      Row::texts("types", &Settings::types,
                 "types of stanzas; `normal` and `available` where none is written")
          .default_is("all"),
      Row::texts("from", &Settings::from, "senders; `*` stands for anything").default_is("all"),
      Row::texts("to", &Settings::to, "recipients; `*` stands for anything").default_is("all"),
      Row::texts("namespaces", &Settings::namespaces, "of children: a stanza needs one of them at least")
          .default_is("all"),
      Row::texts("secrets", &Settings::secrets, "`whsec_...`, `whsk_...`; each signs"),
      Row::text("authorization", &Settings::authorization, "the value of the header"),
      Row::text("ca_file", &Settings::ca_file, "certificates in PEM that are believed")
          .default_is("the system's"),
      Row::flag("tls_verify", &Settings::tls_verify, "false: any server is believed"),
      Row::count("max_connections", &Settings::max_connections, 1, 256, "requests at once"),
      Row::count("max_queued", &Settings::max_queued, 1, 1000000, "messages that wait"),
      Row::custom("drain_rate", "number", settings::shown(Settings{}.drain_rate),
                  "requests a second after an outage; `pace` is its old name and means the same",
                  read_drain_rate)
          .within("0.1 to 100000")
          .compared(&Settings::drain_rate),
      Row::flag("reply", &Settings::reply, "this endpoint's answer goes back to the sender"),
  };
}

}  // namespace

const config::Settings<Settings>& entry_settings() {
  static const auto all = [] {
    config::Settings<Settings> rows = {
        Row::custom(
            "name", "text", "required",
            "letters, digits, `.`, `_` and `-`; paths, logs, metrics and the journal name the endpoint so",
            read_name)
            .compared(&Settings::name)};
    for (auto& row : common_settings()) rows.push_back(std::move(row));
    for (auto& row : further_settings()) rows.push_back(std::move(row));
    for (auto& row : rows) {
      if (row.row.key == "url") row.row.default_value = "required";
    }
    return rows;
  }();
  return all;
}

const config::Settings<Settings>& short_form_settings() {
  static const auto all = [] {
    auto rows = common_settings();
    for (auto& row : rows) row.row.key.insert(0, kShortForm);
    return rows;
  }();
  return all;
}

bool same(const Settings& a, const Settings& b) {
  const auto given_to_all = [](const Settings& s) {
    return std::tie(s.domain, s.mapping.strict, s.mapping.raw_xml, s.public_only, s.max_answer,
                    s.gone_disables);
  };
  const auto& keys = entry_settings();
  return given_to_all(a) == given_to_all(b) &&
         std::all_of(keys.begin(), keys.end(), [&](const auto& key) { return key.same(a, b); });
}

}  // namespace restanza::webhook
