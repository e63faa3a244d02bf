// SPDX-License-Identifier: GPL-3.0-or-later
// What mode = "component" reads. Plain values.
#pragma once

#include <string>

#include "link/component/component_link.h"

namespace restanza::host {

// Of [xmpp]: what the links of all plugins have in common, and the secret of those that name none.
using ComponentMode = ComponentSettings;

// Of a plugin's entry.
struct ComponentPlugin {
  std::string secret;  // by default the one of [xmpp]
};

}  // namespace restanza::host
