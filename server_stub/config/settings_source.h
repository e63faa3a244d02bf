// SPDX-License-Identifier: GPL-3.0-or-later
// Where a plugin's settings were written, so that what the plugin says of a key can be said with its line.
//
// Settings cross the border as JSON, and what is wrong with them comes back as a sentence. Such a sentence
// names its key in single quotes, by its path from the top: 'rest_iq_timeout', 'rest_tokens[0].sha256'
// (members behind a dot, entries of a list counted from 0). The first quoted path that stands in the file
// gives the line; of a path that does not, as of a key that is missing, the part of it that does. A sentence
// without such a path gets the line where the settings begin. Plain values.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace restanza::host {

struct SettingsSource {
  std::string file;                     // or another word for where they come from; empty: nobody wrote them
  size_t line = 0;                      // of the settings as a whole; 0: there are no lines
  std::map<std::string, size_t> lines;  // of each path that was written
  std::map<std::string, std::string> values;  // of each key at the top, as JSON

  // Whether the plugin's sentence names a key that was written, or one below it.
  bool names_key(const std::string& sentence) const;
  // What stands before the plugin's sentence: "file:line: ", or nothing.
  std::string place_of(const std::string& sentence) const;
};

// Keys at the top that are new, gone, or have another value; in the order of the alphabet.
std::vector<std::string> changed_keys(const SettingsSource& before, const SettingsSource& after);

}  // namespace restanza::host
