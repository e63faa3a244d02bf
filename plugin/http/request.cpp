// SPDX-License-Identifier: MIT
#include "http/request.h"

#include "base/str.h"

namespace restanza::http {

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const Header& header : headers) {
    if (ascii_equal(header.first, name)) return header.second;
  }
  return std::nullopt;
}

}  // namespace restanza::http
