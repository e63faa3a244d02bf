// SPDX-License-Identifier: MIT
#include "webhook/settings/endpoint_list.h"

#include <algorithm>
#include <utility>

#include "webhook/settings/endpoint_settings.h"

namespace restanza::webhook {
namespace {

using config::Reader;

bool named(const std::vector<Settings>& endpoints, const std::string& name) {
  return std::any_of(endpoints.begin(), endpoints.end(),
                     [&](const Settings& each) { return each.name == name; });
}

Result<void> read_entry(Reader& entry, std::vector<Settings>& endpoints) {
  Settings endpoint;
  endpoint.gone_disables = true;
  settings::read_each(entry_settings(), entry, endpoint);
  if (endpoint.url.empty()) entry.fail("url", "is missing: write where stanzas are to be posted");
  if (auto finished = entry.finish(); !finished) return finished;
  if (named(endpoints, endpoint.name)) {
    entry.fail("name", "is '" + endpoint.name + "' like another's: give it its own");
    return entry.finish();
  }
  endpoints.push_back(std::move(endpoint));
  return {};
}

// The short form has been read before.
void read_list(Reader& reader, const char* key, EndpointList& list) {
  if (!reader.has(key)) {
    if (!list.short_form.url.empty()) list.endpoints.push_back(list.short_form);
  } else {
    for (const auto& setting : short_form_settings()) {
      const std::string& name = setting.row.key;
      if (!reader.has(name)) continue;
      return reader.fail(name, "stands beside 'rest_callbacks': write '" +
                                   name.substr(std::string_view(kShortForm).size()) +
                                   "' in an entry there instead");
    }
  }
  if (reader.length(key) > kMaxEndpoints) {
    return reader.fail(key, "has " + std::to_string(reader.length(key)) + " entries: at most " +
                                std::to_string(kMaxEndpoints) + " are served");
  }
  reader.tables(key, [&](Reader& entry) { return read_entry(entry, list.endpoints); });
}

}  // namespace

const config::Settings<EndpointList>& endpoint_list_settings() {
  static const auto all = [] {
    using Row = config::Setting<EndpointList>;
    config::Settings<EndpointList> rows;
    settings::add_below(rows, &EndpointList::short_form, short_form_settings());
    rows.push_back(Row::flag("rest_callback_public_only", &EndpointList::public_only,
                             "never connect to an address in a private range; holds for every endpoint"));
    rows.push_back(
        Row::custom("rest_callbacks", "list of tables", "none",
                    "several endpoints, instead of `rest_callback_url` and its companions: a table for "
                    "each, with the keys below; at most 64",
                    read_list));
    return rows;
  }();
  return all;
}

Result<void> complete(EndpointList& list, const std::string& domain, const mapping::Options& mapping,
                      size_t max_answer) {
  size_t index = 0;
  for (Settings& endpoint : list.endpoints) {
    endpoint.domain = domain;
    endpoint.mapping = mapping;
    endpoint.public_only = list.public_only;
    endpoint.max_answer = max_answer;
    const std::string above =
        endpoint.gone_disables ? "rest_callbacks[" + std::to_string(index) + "]." : kShortForm;
    // What is wrong begins with its key in quotes, which becomes the whole path.
    if (const auto sound = check(endpoint); !sound)
      return Error{"setting '" + above + sound.error().text.substr(1)};
    ++index;
  }
  return {};
}

}  // namespace restanza::webhook
