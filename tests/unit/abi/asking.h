// SPDX-License-Identifier: MIT
// Requests of the component in any format, and stanzas compared as data. The test's thread.
#pragma once

#include <string>

#include "support/vectors.h"
#include "unit/abi/loaded_plugin.h"

namespace restanza {

inline constexpr const char* kJson = "application/json";
inline constexpr const char* kForm = "application/x-www-form-urlencoded";
inline constexpr const char* kText = "text/plain";

inline FakeHost::Response ask(LoadedPlugin& loaded, const std::string& type, const std::string& body,
                              const std::string& path = "", const std::string& accept = kJson) {
  FakeHost::Request request = loaded.post(body, path);
  request.headers[0].second = type;
  request.headers[1].second = accept;
  return loaded.host.ask(request);
}

inline std::string echo(LoadedPlugin& loaded, const std::string& type, const std::string& body,
                        const std::string& accept) {
  const auto response = ask(loaded, type, body, "/echo", accept);
  CHECK(response.status == 200);
  return response.body;
}

// Equal texts mean equal stanzas, whatever the order of siblings.
inline std::string stanza(const std::string& xml) {
  INFO(xml);
  const auto tree = xml_tree(xml);
  REQUIRE(tree);
  return content(*tree, false);
}

}  // namespace restanza
