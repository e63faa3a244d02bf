// SPDX-License-Identifier: MIT
// All settings of the plugin: one JSON object in, checked values out, each in the struct of the part that
// uses it. Each part brings its own settings; those that no part owns are here. Names follow mod_rest where
// they mean the same. An unknown key, a wrong type or a value out of range is an error that names it. Pure
// but for the files that settings name; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "feed/settings.h"
#include "journal/journal.h"
#include "rest/resources.h"
#include "webhook/settings/endpoint_list.h"

namespace restanza {

struct AppSettings {
  rest::Resources::Settings resources;
  journal::Journal::Settings journal;
  webhook::EndpointList webhooks;
  feed::ConsumerList updates;
  size_t max_pending_iqs = 16384;
  size_t max_body = 196608;    // bytes of a request, and of an endpoint's answer
  bool traffic_bodies = true;  // whoever may see stanzas sees them in the traffic
};

// `given` has what comes from elsewhere: the domain and the prefix of the credentials, the journal's
// directory.
Result<AppSettings> read_settings(std::string_view json, AppSettings given);

// The same for a plugin that runs with other settings: what needs a restart keeps the value that it has
// there. `kept` are the keys at the top, in order, whose new values wait for one. What was written does not
// count: a default that is written down is no difference.
Result<AppSettings> read_settings_again(std::string_view json, AppSettings given, const AppSettings& running,
                                        std::vector<std::string>& kept);

// The rows: of the top, of an entry of `rest_callbacks`, of `updates`, of `rest_tokens`.
std::vector<settings::Section> settings_reference();

}  // namespace restanza
