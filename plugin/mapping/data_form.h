// SPDX-License-Identifier: MIT
// Data forms (XEP-0004) in both of their JSON shapes; commands and disco hold them too. Pure functions, any
// thread. Internal to this folder.
#pragma once

#include "mapping/to_json.h"
#include "mapping/writing.h"

namespace restanza::mapping {

inline constexpr const char* kFormNs = "jabber:x:data";

Json read_data_form(xml::Element form, Reading& reading);
void write_data_form(const Json& form, xml::Element parent, Writing& writing);

// {"name": "value" or ["values"]}
Json read_form_data(xml::Element form, Reading& reading);
void write_form_data(const Json& data, xml::Element parent, Writing& writing);

}  // namespace restanza::mapping
