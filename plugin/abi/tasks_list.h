// SPDX-License-Identifier: MIT
// The extension xp.tasks/1: what an operator has done without an instance. Any thread.
#pragma once

#include "xp.h"

namespace restanza::abi {

const xp_tasks* tasks_extension();

}  // namespace restanza::abi
