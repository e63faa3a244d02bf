// SPDX-License-Identifier: MIT
#include "webhook/settings/endpoint_settings.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "subscription/filter_settings.h"
#include "subscription/name_rule.h"

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

void read_name(Reader& reader, const char* key, Settings& endpoint) {
  endpoint.name.clear();
  reader.text(key, endpoint.name);
  if (endpoint.name.empty()) reader.fail(key, "is missing: paths, logs and metrics name an endpoint by it");
}

void append(config::Settings<Settings>& rows, config::Settings<Settings> further) {
  std::move(further.begin(), further.end(), std::back_inserter(rows));
}

// What both forms have.
config::Settings<Settings> common_settings() {
  config::Settings<Settings> rows = {
      Row::text(
          "url", &Settings::url,
          "where stanzas are posted, http or https; `{kind}`, `{type}`, `{to}` and `{from}` are filled in"),
      Row::custom("content_type", "text", "`application/xmpp+xml`",
                  "also `json`, `form`, `text`, `cbor` or their media types", read_format)
          .compared(&Settings::format),
  };
  append(rows, subscription::kind_settings<Settings>());
  append(
      rows,
      {Row::seconds("timeout", &Settings::timeout, 0.1, 3600.0, "from connecting to the answer's last byte"),
       Row::flag("retry", &Settings::retry, "false: one attempt, every failure is an error at once")});
  return rows;
}

}  // namespace

const config::Settings<Settings>& entry_settings() {
  static const auto all = [] {
    config::Settings<Settings> rows = {
        Row::custom(
            "name", "text", "required",
            "letters, digits, `.`, `_` and `-`; paths, logs, metrics and the journal name the endpoint so",
            read_name)
            .compared(&Settings::name)
            .must_be(subscription::kNameRule, &Settings::name)};
    append(rows, common_settings());
    append(rows, subscription::content_settings<Settings>());
    append(rows, further_settings<Row>());
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
