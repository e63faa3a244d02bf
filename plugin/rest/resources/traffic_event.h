// SPDX-License-Identifier: MIT
// What happened, as the data of an event: one object in JSON. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mapping/codec.h"
#include "traffic/record.h"

namespace restanza::rest {

const char* name_of(traffic::Event event);  // "in", "out", "delivery"

// `body`: with the stanza and not with its head alone, where the record has it.
std::string traffic_json(const traffic::Record& record, bool body, const mapping::Options& options);

// So many are missed here; absent: nobody knows how many, and perhaps none.
std::string dropped_json(std::optional<uint64_t> count);

}  // namespace restanza::rest
