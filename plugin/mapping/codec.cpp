// SPDX-License-Identifier: MIT
#include "mapping/codec.h"

#include <nlohmann/json.hpp>

#include "xml/gate.h"
#include "xml/writer.h"

namespace restanza::mapping {

Result<xml::Document> decode(Format format, std::string_view body) {
  switch (format) {
    case Format::xml:
      return xml::parse(body);
  }
  return Error{"no such format"};
}

std::string encode(Format format, xml::Element stanza) {
  switch (format) {
    case Format::xml:
      return xml::write(stanza);
  }
  return {};
}

std::string error_json(int status, std::string_view type, std::string_view condition, std::string_view text) {
  const nlohmann::json body = {
      {"type", "error"},
      {"code", status},
      {"error", {{"condition", condition}, {"type", type}, {"source", "restanza"}, {"text", text}}},
  };
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace restanza::mapping
