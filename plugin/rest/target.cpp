// SPDX-License-Identifier: MIT
#include "rest/target.h"

#include <algorithm>
#include <optional>

#include "base/str.h"
#include "xmpp/stanza.h"

namespace restanza::rest {
namespace {

std::optional<std::string> decoded(std::string_view part) {
  auto text = percent_decode(part);
  if (text && !valid_utf8(*text)) return std::nullopt;
  return text;
}

// Cuts off and decodes what stands before the next slash.
std::optional<std::string> take(std::string_view& path) {
  const size_t slash = path.find('/');
  auto part = decoded(path.substr(0, slash));
  path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  return part;
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_get(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

// /{query}/{to}: an unknown name is a query too, and refused for what it lacks.
Target parse_query(std::string_view path) {
  Target target;
  const auto name = take(path);
  const auto to = decoded(path);
  if (!name || !is_word(*name) || !to) return target;
  target.type = *name;
  target.to = *to;
  target.kind = Target::Kind::query;
  return target;
}

Target parse_stanza_path(std::string_view path) {
  Target target;
  const auto kind = take(path);
  if (!kind || !xmpp::kind_named(*kind) || path.find('/') == std::string_view::npos) return target;
  const auto type = take(path);
  const auto to = decoded(path);
  if (!type || !is_word(*type) || !to) return target;
  target.stanza_kind = *kind;
  target.type = *type;
  target.to = *to;
  target.kind = Target::Kind::stanza;
  return target;
}

// /deliveries and below, which is `path`: "", "/", "/{id}", ...
Target parse_deliveries(std::string_view path) {
  Target target;
  target.kind = Target::Kind::missing;
  if (path.empty()) {
    target.kind = Target::Kind::deliveries;
  } else if (path == "/replay") {
    target.kind = Target::Kind::replays;
  } else {
    path.remove_prefix(1);
    const bool alone = path.find('/') == std::string_view::npos;
    const auto id = take(path);
    if (!id || id->empty()) return target;
    target.item = *id;
    if (alone) target.kind = Target::Kind::delivery;
    if (path == "replay") target.kind = Target::Kind::replay;
  }
  return target;
}

// The same for /endpoints.
Target parse_endpoints(std::string_view path) {
  Target target;
  target.kind = path.empty() ? Target::Kind::endpoints : Target::Kind::missing;
  if (path.empty()) return target;
  path.remove_prefix(1);
  const auto name = take(path);
  const bool known = path == "pause" || path == "resume" || path == "test";
  if (!name || name->empty() || !known) return target;
  target.item = *name;
  target.action = path;
  target.kind = Target::Kind::steering;
  return target;
}

// What stands below `collection`; absent where the path is not there.
std::optional<std::string_view> below(std::string_view collection, std::string_view path) {
  if (path.substr(0, collection.size()) != collection) return std::nullopt;
  path.remove_prefix(collection.size());
  if (!path.empty() && path.front() != '/') return std::nullopt;
  return path;
}

}  // namespace

Target parse_target(std::string_view method, std::string_view path) {
  Target target;
  if (path.empty() || path == "/") {
    target.kind = Target::Kind::root;
  } else if (path == "/echo") {
    target.kind = Target::Kind::echo;
  } else if (path == "/health") {
    target.kind = Target::Kind::health;
  } else if (path == "/metrics") {
    target.kind = Target::Kind::metrics;
  } else if (const auto deliveries = below("/deliveries", path)) {
    return parse_deliveries(*deliveries);
  } else if (const auto endpoints = below("/endpoints", path)) {
    return parse_endpoints(*endpoints);
  } else {
    path.remove_prefix(1);
    if (path.find('/') == std::string_view::npos) return target;
    return is_get(method) ? parse_query(path) : parse_stanza_path(path);
  }
  return target;
}

const char* methods_of(Target::Kind kind) {
  switch (kind) {
    case Target::Kind::health:
    case Target::Kind::metrics:
    case Target::Kind::query:
    case Target::Kind::endpoints:
      return "GET, HEAD, OPTIONS";
    case Target::Kind::deliveries:
    case Target::Kind::delivery:
      return "DELETE, GET, HEAD, OPTIONS";
    default:
      return "POST, OPTIONS";
  }
}

const char* name_of(Target::Kind kind) {
  switch (kind) {
    case Target::Kind::root:
    case Target::Kind::stanza:
      return "stanza";
    case Target::Kind::echo:
      return "echo";
    case Target::Kind::health:
      return "health";
    case Target::Kind::metrics:
      return "metrics";
    case Target::Kind::query:
      return "query";
    case Target::Kind::deliveries:
    case Target::Kind::replays:
    case Target::Kind::delivery:
    case Target::Kind::replay:
      return "deliveries";
    case Target::Kind::endpoints:
    case Target::Kind::steering:
      return "endpoints";
    default:
      return "other";
  }
}

}  // namespace restanza::rest
