// SPDX-License-Identifier: MIT
// An HTTP request as a resource's handler sees it. A plain value; the handler owns it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace restanza::http {

using Header = std::pair<std::string, std::string>;

struct Request {
  std::string method;
  std::string path;   // below the prefix: "" or "/echo"; percent-encoded as on the wire
  std::string query;  // after the '?', likewise
  std::string peer;
  std::vector<Header> headers;
  std::string body;
  bool body_too_large = false;  // the body was not read
  bool body_follows = false;    // it is empty here: Exchange::read gives it

  // The first header of that name, whatever its case (RFC 9110 section 5.1).
  std::optional<std::string_view> header(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::vector<Header> headers;
  std::string body;
  std::string condition = {};  // of a refusal, for those who count; no part of the message
  std::shared_ptr<const std::vector<Header>> common = {};  // further headers, the same on many answers
};

}  // namespace restanza::http
