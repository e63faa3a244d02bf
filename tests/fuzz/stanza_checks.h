// SPDX-License-Identifier: MIT
// What holds for every stanza that the mapping makes or reads. One thread; borrows what it is given.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mapping/codec.h"

namespace restanza::fuzz {

// Equal texts mean equal data: attributes and siblings are sorted, the text of an element is joined.
std::string data_of(xml::Element element);

// Names stand in HTTP headers.
void check_names(const std::vector<std::string>& names);

// It is a stanza, XML can hold it, and the gate reads it as what it is. Returns its text.
std::string check_stanza(xml::Element stanza);

// Body and path become a stanza or a refusal; strictness refuses what would be dropped and changes nothing
// else; as JSON and as CBOR the stanza goes out and comes back as it was. The input's first line is the path,
// "iq/version/localhost", and may be empty.
void check_decoding(mapping::Format format, std::string_view input);

}  // namespace restanza::fuzz
