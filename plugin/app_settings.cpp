// SPDX-License-Identifier: MIT
#include "app_settings.h"

#include <algorithm>
#include <utility>

#include "journal/stores/stores.h"
#include "rest/access/token_settings.h"
#include "rest/settings.h"
#include "webhook/settings/endpoint_settings.h"

namespace restanza {
namespace {

constexpr uint64_t kMebibyte = uint64_t{1} << 20;

void read_journal(config::Reader& reader, const char* key, journal::Journal::Settings& into) {
  std::string text;
  reader.text(key, text);
  auto database = journal::read_database(text);
  if (!database) return reader.fail(key, database.error().text);
  into.database = std::move(*database);
}

config::Settings<journal::Journal::Settings> journal_settings() {
  using Row = config::Setting<journal::Journal::Settings>;
  return {Row::custom("journal", "text", "`sqlite`",
                      "where the journal lies: `sqlite`, a file in the state directory; or how a PostgreSQL "
                      "server is reached",
                      read_journal)
              .within("`sqlite` or `postgresql://...`")
              .compared(&journal::Journal::Settings::database)
              .restart(),
          Row::count("journal_max_bytes", &journal::Journal::Settings::max_bytes, kMebibyte, kMebibyte << 20,
                     "what the journal may hold, in bytes")
              .restart(),
          Row::count("rest_idempotency_max_bytes", &journal::Journal::Settings::max_key_bytes, kMebibyte,
                     kMebibyte << 20,
                     "what it may hold beside that of requests with an `Idempotency-Key`, in bytes")
              .restart(),
          Row::count("rest_idempotency_max_bytes_each", &journal::Journal::Settings::max_key_bytes_each,
                     kMebibyte, kMebibyte << 20, "of these what one credential may have")
              .restart()};
}

const config::Settings<AppSettings>& all_settings() {
  static const auto all = [] {
    using Row = config::Setting<AppSettings>;
    config::Settings<AppSettings> rows;
    settings::add_below(rows, &AppSettings::resources, rest::resource_settings());
    rows.push_back(Row::count("rest_iq_pending_limit", &AppSettings::max_pending_iqs, 1, 1000000,
                              "iqs that wait at once")
                       .restart());
    rows.push_back(
        Row::count("rest_stanza_size_limit", &AppSettings::max_body, 1, 16777216, "bytes of a body")
            .restart());
    settings::add_below(rows, &AppSettings::journal, journal_settings());
    settings::add_below(rows, &AppSettings::webhooks, webhook::endpoint_list_settings());
    settings::add_below(rows, &AppSettings::updates, feed::consumer_list_settings());
    rows.push_back(Row::flag("traffic_bodies", &AppSettings::traffic_bodies,
                             "`/rest/traffic` shows whole stanzas to those who may see them, not their heads "
                             "alone"));
    return rows;
  }();
  return all;
}

// `change`: before what follows from several settings is worked out.
template <class Change>
Result<AppSettings> read_all(std::string_view json, AppSettings given, Change&& change) {
  const auto read = config::read_object(
      json, [&](config::Reader& reader) { settings::read_each(all_settings(), reader, given); });
  if (!read) return read.error();
  change(given);
  rest::Resources::Settings& resources = given.resources;
  resources.iqs.mapping = resources.mapping;
  resources.max_body = given.max_body;
  const auto completed =
      webhook::complete(given.webhooks, resources.credentials.domain, resources.mapping, given.max_body);
  if (!completed) return completed.error();
  if (auto sound = feed::complete(given.updates, resources.credentials.domain); !sound) return sound.error();
  return given;
}

}  // namespace

Result<AppSettings> read_settings(std::string_view json, AppSettings given) {
  return read_all(json, std::move(given), [](AppSettings&) {});
}

Result<AppSettings> read_settings_again(std::string_view json, AppSettings given, const AppSettings& running,
                                        std::vector<std::string>& kept) {
  return read_all(json, std::move(given), [&](AppSettings& read) {
    kept = settings::keep_until_restart(all_settings(), running, read);
    std::sort(kept.begin(), kept.end());
  });
}

std::vector<settings::Section> settings_reference() {
  return {{"All settings", settings::rows_of(all_settings())},
          {"An entry of rest_callbacks", settings::rows_of(webhook::entry_settings()), "rest_callbacks"},
          {"An entry of updates", settings::rows_of(feed::consumer_settings()), "updates"},
          {"An entry of rest_tokens", settings::rows_of(rest::token_settings()), "rest_tokens"}};
}

}  // namespace restanza
