// SPDX-License-Identifier: MIT
// Settings in a manual page (mdoc(7)): a page that people write has a line for each list of settings, and the
// build puts the list there. Pure functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "settings/row.h"

namespace restanza::settings {

// Stands before a section's title in a line of its own, which is a comment of mdoc.
inline constexpr const char* kListLine = ".\\\" settings: ";

std::string as_mdoc(const Section& section);  // a tagged list without the title

// The page with each section's list in place of its line. Lines that name other sections stay. An error where
// a section has no line.
Result<std::string> with_lists(std::string page, const std::vector<Section>& sections);

}  // namespace restanza::settings
