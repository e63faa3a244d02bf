// SPDX-License-Identifier: MIT
// What endpoints of tests are asked and answer, with or without a network, and what tests wait for.
#pragma once

#include <string>

#include "support/collected.h"
#include "support/stanza.h"

namespace restanza::webhook {

using test::Collected;
using test::CollectedLog;
using test::Door;
using test::kPatience;
using test::stanza;

inline std::string response(int status, const std::string& content_type = "", const std::string& body = "") {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " Some Phrase\r\n";
  if (!content_type.empty()) text += "Content-Type: " + content_type + "\r\n";
  if (status != 204) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + body;
}

inline bool is_probe(const std::string& request) {
  return request.rfind("OPTIONS ", 0) == 0;
}

}  // namespace restanza::webhook
