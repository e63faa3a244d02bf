// SPDX-License-Identifier: MIT
// What tests of batches send, and how they look at the answers. The test's thread, besides the journal's.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "unit/rest/rest_world.h"

namespace restanza::rest {

inline http::Request batch(const std::string& body, const std::string& authorization = as_component()) {
  http::Request request = post(body, authorization);
  request.headers[0].second = "application/x-ndjson";
  return request;
}
// One whose body is given by MemoryAnswer::give.
inline http::Request streamed(const std::string& authorization = as_component()) {
  http::Request request = batch({}, authorization);
  request.body_follows = true;
  return request;
}

inline std::string message_line(const std::string& id, const std::string& to = "bob@localhost") {
  return R"({"to": ")" + to + R"(", "id": ")" + id + R"(", "body": "Hi"})" + "\n";
}
inline std::string ping_line(const std::string& id) {
  return R"({"kind": "iq", "type": "get", "to": "bob@localhost/r", "id": ")" + id + R"(", "ping": true})" +
         "\n";
}

// "1 202" for each line of the answer so far.
inline std::vector<std::string> told(const MemoryAnswer& answer) {
  std::vector<std::string> lines;
  const std::string body = answer.body();
  for (const std::string_view line : split(body, '\n')) {
    if (line.empty()) continue;
    const auto read = nlohmann::json::parse(line);
    lines.push_back(std::to_string(read["number"].get<int>()) + " " +
                    std::to_string(read["status"].get<int>()) + (read.value("ended", false) ? " ended" : ""));
  }
  return lines;
}

inline std::vector<std::string> sent_ids(const MemorySink& sink) {
  std::vector<std::string> ids;
  for (const auto& stanza : sink.sent()) ids.push_back(stanza.id);
  return ids;
}

using Texts = std::vector<std::string>;

}  // namespace restanza::rest
