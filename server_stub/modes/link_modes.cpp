// SPDX-License-Identifier: GPL-3.0-or-later
// The registry of the modes. A new one is a file of its own and a row here.
#include <algorithm>

#include "modes/link_mode.h"

namespace restanza::host {

extern const LinkMode kLocalMode;
extern const LinkMode kComponentMode;

const std::vector<const LinkMode*>& link_modes() {
  static const std::vector<const LinkMode*> modes{&kLocalMode, &kComponentMode};
  return modes;
}

const LinkMode& link_mode(const std::string& name) {
  const auto& modes = link_modes();
  return **std::find_if(modes.begin(), modes.end(),
                        [&](const LinkMode* mode) { return mode->settings.name == name; });
}

KnownModes known_modes() {
  KnownModes known;
  for (const LinkMode* mode : link_modes()) known.push_back(&mode->settings);
  return known;
}

}  // namespace restanza::host
