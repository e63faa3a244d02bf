// SPDX-License-Identifier: MIT
// A setting that is read from JSON. Plain values, any thread.
#pragma once

#include "config/reader.h"
#include "settings/setting.h"

namespace restanza::config {

template <class S>
using Setting = settings::Setting<Reader, S>;
template <class S>
using Settings = settings::Settings<Reader, S>;

}  // namespace restanza::config
