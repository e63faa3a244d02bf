// SPDX-License-Identifier: MIT
// The settings of all resources. Pure but for reading `component_secret_file`, for which base/credential.h
// says where it lies; any thread.
#pragma once

#include "config/setting.h"
#include "rest/resources.h"

namespace restanza::rest {

const config::Settings<Resources::Settings>& resource_settings();

}  // namespace restanza::rest
