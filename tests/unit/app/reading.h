// SPDX-License-Identifier: MIT
// Settings as a test writes them.
#pragma once

#include "app_settings.h"

// What comes from elsewhere than the settings.
inline restanza::AppSettings given() {
  restanza::AppSettings given;
  given.resources.credentials.domain = "rest.localhost";
  return given;
}

inline restanza::Result<restanza::AppSettings> read(std::string_view json) {
  return restanza::read_settings(json, given());
}

inline std::string refusal(std::string_view json) {
  const auto settings = read(json);
  return settings ? "accepted" : settings.error().text;
}
