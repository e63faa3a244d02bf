// SPDX-License-Identifier: GPL-3.0-or-later
// What mode = "local" reads of [xmpp]; it has nothing of its own in a plugin's entry. A plain value.
#pragma once

#include <string>

#include "local_server/settings.h"

namespace restanza::host {

struct LocalMode : LocalSettings {
  std::string accounts_place;  // "file:line: ", for errors in them; empty: nobody wrote them
};

}  // namespace restanza::host
