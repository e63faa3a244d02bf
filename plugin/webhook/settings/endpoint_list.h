// SPDX-License-Identifier: MIT
// All endpoints as the settings say them: `rest_callbacks`, or the short form, which is one entry of it. Both
// at once is an error. Plain values.
#pragma once

#include <vector>

#include "config/setting.h"
#include "webhook/settings/settings.h"

namespace restanza::webhook {

inline constexpr size_t kMaxEndpoints = 64;

struct EndpointList {
  Settings short_form;              // without a URL: not written
  bool public_only = false;         // of all
  std::vector<Settings> endpoints;  // in either form
};

const config::Settings<EndpointList>& endpoint_list_settings();

// Gives each endpoint what it has in common with the others, and checks it. An error names the key by its
// whole path.
Result<void> complete(EndpointList& list, const std::string& domain, const mapping::Options& mapping,
                      size_t max_answer);

}  // namespace restanza::webhook
