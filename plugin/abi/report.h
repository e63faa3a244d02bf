// SPDX-License-Identifier: MIT
// The extension xp.report/1: the queue of webhook deliveries in a state directory as a table. Any thread.
#pragma once

#include "xp.h"

namespace restanza::abi {

const xp_report* report_extension();

}  // namespace restanza::abi
