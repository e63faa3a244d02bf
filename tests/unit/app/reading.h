// SPDX-License-Identifier: MIT
// Settings as a test writes them.
#pragma once

#include "app_settings.h"

inline restanza::Result<restanza::AppSettings> read(std::string_view json) {
  restanza::AppSettings given;
  given.resources.credentials.domain = "rest.localhost";
  return restanza::read_settings(json, given);
}

inline std::string refusal(std::string_view json) {
  const auto settings = read(json);
  return settings ? "accepted" : settings.error().text;
}
