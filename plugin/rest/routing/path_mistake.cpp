// SPDX-License-Identifier: MIT
#include "rest/routing/path_mistake.h"

#include <algorithm>

#include "base/str.h"
#include "rest/routing/target.h"
#include "xmpp/stanza.h"

namespace restanza::rest {
namespace {

constexpr size_t kMaxShown = 200;  // bytes of a path

bool readable(std::string_view path) {
  const auto decoded = percent_decode(path);
  return decoded && valid_utf8(*decoded);
}

// What stands at the path once the slashes at its end are gone; empty: nothing either.
std::string_view without_slashes(const RouteTable& routes, std::string_view method, std::string_view path) {
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  return routes.find(method, path).place ? path : std::string_view();
}

// The remedy of the row whose path begins as this one, up to its first place; empty: there is none.
std::string_view remedy_at(const RouteTable& routes, std::string_view path) {
  for (const auto& place : routes.places()) {
    for (const Route& route : place.routes) {
      const std::string_view own = route.path, remedy = route.description.remedy;
      const std::string_view fixed = own.substr(0, own.find("/{"));
      if (!remedy.empty() && path.substr(0, fixed.size()) == fixed) return remedy;
    }
  }
  return {};
}

// Each path in it begins with a slash behind a quotation mark.
std::string with_prefix(std::string_view remedy, const std::string& prefix) {
  std::string text;
  for (const char c : remedy) {
    if (c == '/' && !text.empty() && text.back() == '\'') text += prefix;
    text += c;
  }
  return text;
}

bool begins_with_kind(std::string_view path) {
  const size_t slash = std::min(path.find('/', 1), path.size());
  return path.size() > 1 && xmpp::kind_named(path.substr(1, slash - 1)).has_value();
}

// Of /{kind}/{type}/{to}, whatever stands there.
bool has_three_parts(std::string_view path) {
  return std::count(path.begin(), path.end(), '/') >= 3;
}

}  // namespace

std::string path_mistake(const RouteTable& routes, const std::string& prefix, std::string_view method,
                         std::string_view path) {
  const std::string quoted =
      "'" + prefix + std::string(path.substr(0, kMaxShown)) + (path.size() > kMaxShown ? "...'" : "'");
  if (!readable(path))
    return "The path " + quoted + " must be UTF-8, and two hex digits must follow each '%'";
  const std::string nothing = "Nothing is found at " + quoted + ": ";
  if (const auto meant = without_slashes(routes, method, path); !meant.empty())
    return nothing + "write '" + prefix + std::string(meant) + "', without a slash at the end";
  if (const auto remedy = remedy_at(routes, path); !remedy.empty())
    return nothing + with_prefix(remedy, prefix);
  const std::string stanza = "'" + prefix + "/{kind}/{type}/{to}'";
  const bool known_query = match(Target::kQueryPath, "OPTIONS", path).has_value();  // known, unlike to GET
  if (method == "POST" && known_query) return nothing + "a query is asked with GET";
  if (method == "POST" && begins_with_kind(path)) {
    return nothing + (has_three_parts(path)
                          ? "the type in " + stanza + " may have letters, digits and '_' only"
                          : "the path of a stanza is " + stanza);
  }
  if (method == "GET" || method == "HEAD")
    return nothing + "a query is asked at '" + prefix + "/{query}/{to}', such as '" + prefix +
           "/version/localhost'";
  return nothing + "a stanza is posted to '" + prefix + "' or to " + stanza +
         ", where the kind is message, presence or iq";
}

}  // namespace restanza::rest
