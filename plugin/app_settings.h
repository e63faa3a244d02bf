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
#include "journal/journal.h"
#include "rest/resources.h"
#include "webhook/settings/endpoint_list.h"

namespace restanza {

struct AppSettings {
  rest::Resources::Settings resources;
  journal::Journal::Settings journal;
  webhook::EndpointList webhooks;
  size_t max_pending_iqs = 16384;
  size_t max_body = 196608;  // bytes of a request, and of an endpoint's answer
};

// `given` has what comes from elsewhere: the domain and the prefix of the credentials, the journal's
// directory.
Result<AppSettings> read_settings(std::string_view json, AppSettings given);

// The keys at the top, in order, whose values differ and need a restart. What was written does not count: a
// default that is written down is no difference.
std::vector<std::string> restart_keys(const AppSettings& running, const AppSettings& read);

// The rows: of the top, of an entry of `rest_callbacks`, of an entry of `rest_tokens`.
std::vector<settings::Section> settings_reference();

}  // namespace restanza
