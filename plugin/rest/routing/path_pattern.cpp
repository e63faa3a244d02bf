// SPDX-License-Identifier: MIT
#include "rest/routing/path_pattern.h"

#include <algorithm>

#include "base/str.h"
#include "mapping/codec.h"
#include "xmpp/stanza.h"

namespace restanza::rest {
namespace {

std::optional<std::string> decoded(std::string_view part) {
  auto text = percent_decode(part);
  if (text && !valid_utf8(*text)) return std::nullopt;
  return text;
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_query(std::string_view method, std::string_view name) {
  if (method == "GET" || method == "HEAD") return is_word(name);
  const auto known = mapping::get_queries();
  return method != "POST" && std::find(known.begin(), known.end(), name) != known.end();
}

bool is_place(std::string_view part) {
  return !part.empty() && part.front() == '{';
}

// Whether `value` may stand in the place.
bool fits(std::string_view place, std::string_view method, std::string_view value) {
  if (place == "{kind}") return xmpp::kind_named(value).has_value();
  if (place == "{type}") return is_word(value);
  if (place == "{query}") return is_query(method, value);
  return !value.empty();
}

}  // namespace

std::string_view take_part(std::string_view& path) {
  const size_t slash = path.find('/');
  const std::string_view part = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  return part;
}

std::optional<PathValues> match(std::string_view pattern, std::string_view method, std::string_view path) {
  PathValues values;
  if (pattern.empty() && (path.empty() || path == "/")) return values;
  if (pattern.empty() || path.empty()) return std::nullopt;
  // Each begins with a slash, so that a part is what stands behind one.
  while (!pattern.empty() && !path.empty()) {
    pattern.remove_prefix(1);
    path.remove_prefix(1);
    const std::string_view place = pattern.substr(0, pattern.find('/'));
    const std::string_view part = place == "{to}" ? path : path.substr(0, path.find('/'));
    if (is_place(place)) {
      auto value = decoded(part);
      if (!value || (place != "{to}" && !fits(place, method, *value))) return std::nullopt;
      values.push_back(std::move(*value));
    } else if (place != part) {
      return std::nullopt;
    }
    pattern.remove_prefix(place.size());
    path.remove_prefix(part.size());
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return values;
}

std::string_view misfit(std::string_view pattern, std::string_view method, std::string_view path) {
  while (!pattern.empty() && !path.empty()) {
    const std::string_view place = take_part(pattern), part = take_part(path);
    const auto value = decoded(part);
    if (place == "{to}") break;
    if (is_place(place) && !(value && fits(place, method, *value))) return place;
  }
  return {};
}

bool goes_before(std::string_view pattern, std::string_view other) {
  while (!pattern.empty() && !other.empty()) {
    const bool place = is_place(take_part(pattern)), other_place = is_place(take_part(other));
    if (place != other_place) return other_place;
  }
  return pattern.empty() && !other.empty();
}

}  // namespace restanza::rest
