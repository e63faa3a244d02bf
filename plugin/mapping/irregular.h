// SPDX-License-Identifier: MIT
// The fields that a row cannot describe. Each is defined in the file named for it; the table refers to them.
// Constant data, any thread. Internal to this folder.
#pragma once

#include "mapping/table.h"

namespace restanza::mapping {

extern const Irregular kHtml;      // XEP-0071: the markup as text                              (markup.cpp)
extern const Irregular kOobUrl;    // XEP-0066: only the URL, for scripts                       (markup.cpp)
extern const Irregular kJoin;      // XEP-0045: true for an empty `muc`                         (markup.cpp)
extern const Irregular kDisco;     // XEP-0030 info, with forms of XEP-0128 as maps             (disco.cpp)
extern const Irregular kItems;     // XEP-0030 items: a list, or the node                       (disco.cpp)
extern const Irregular kCommand;   // XEP-0050                                                  (command.cpp)
extern const Irregular kDataForm;  // XEP-0004: every field with its type, label and options (data_form.cpp)
extern const Irregular kFormData;  // XEP-0004: names and values only                        (data_form.cpp)
extern const Irregular kPayload;   // XEP-0432: JSON inside                                    (payload.cpp)
extern const Irregular kError;     // RFC 6120 section 8.3                                (stanza_error.cpp)

// The archive query's shorthands (with, start, ..., max) become its form and page             (archive.cpp)
void expand_archive(nlohmann::json& archive, Writing& writing);

}  // namespace restanza::mapping
