// SPDX-License-Identifier: MIT
// The keys of one endpoint. Pure, any thread.
#pragma once

#include "config/setting.h"
#include "webhook/settings/settings.h"

namespace restanza::webhook {

// Of an entry of `rest_callbacks`.
const config::Settings<Settings>& entry_settings();

// Of the short form, `rest_callback_url` with its companions: some of the above under longer names.
const config::Settings<Settings>& short_form_settings();

// Whether both say the same: by all keys of an entry, and by what applies to every endpoint.
bool same(const Settings& a, const Settings& b);

inline constexpr const char* kShortForm = "rest_callback_";  // before each key of the short form

}  // namespace restanza::webhook
