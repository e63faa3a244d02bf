// SPDX-License-Identifier: MIT
// Why a request is refused: the HTTP status, and the condition with its type as in a stanza error. A plain
// value; the recorded ones are mod_rest's, because scripts look at them. Some say more behind its words.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/request.h"

namespace restanza::rest {

struct Refusal {
  int status;
  std::string type;       // "auth", "cancel", "modify", "wait"
  std::string condition;  // "not-well-formed"
  std::string text;
  std::vector<http::Header> headers = {};
};

namespace refused {

inline Refusal unparseable(const std::string& why) {
  return {400, "modify", "not-well-formed", "Failed to parse payload: " + why};
}
inline Refusal bad_path(std::string why) {
  return {400, "modify", "not-well-formed", std::move(why)};
}
inline Refusal bad_query(std::string why) {
  return {400, "modify", "bad-format", std::move(why)};
}
inline Refusal not_found(std::string why) {
  return {404, "cancel", "item-not-found", std::move(why)};
}
// `given` is the request's Content-Type, where it has one; `taken` is a list for people.
inline Refusal media_type(std::optional<std::string_view> given, const std::string& taken) {
  const std::string what =
      given ? " '" + std::string(given->substr(0, 100)) + "'" : ", there is no Content-Type";
  return {415, "cancel", "bad-format", "Unsupported media type" + what + ": send " + taken};
}
inline Refusal too_large() {
  return {413, "modify", "resource-constraint", "Payload too large"};
}
inline Refusal namespaced() {
  return {422, "modify", "invalid-namespace", "'xmlns' attribute must be empty"};
}
inline Refusal no_stanza() {
  return {422, "modify", "unsupported-stanza-type", "Invalid stanza, must be 'message', 'presence' or 'iq'."};
}
// In a path an escape of XEP-0106 is escaped once more.
inline Refusal bad_to(const Error& why, bool in_path) {
  const bool twice = in_path && why.kind == Error::Kind::unescaped;
  return {422, "modify", "improper-addressing",
          "Invalid destination JID: " + why.text + (twice ? ", and a path has %5C for the '\\'" : "")};
}
inline Refusal bad_from(const std::string& why) {
  return {422, "modify", "invalid-from", "Invalid source JID: " + why};
}
inline Refusal foreign_from() {
  return {403, "auth", "not-authorized", "Not authorized to send stanza with requested 'from'"};
}
inline Refusal iq_type() {
  return {422, "modify", "invalid-xml", "'iq' stanza must be of type 'get' or 'set'"};
}
inline Refusal iq_children() {
  return {422, "modify", "bad-format", "'iq' stanza must have exactly one child tag"};
}

inline Refusal without_to() {
  return {422, "modify", "improper-addressing", "The stanza needs a 'to'"};
}
inline Refusal forbidden(std::string what) {
  return {403, "auth", "forbidden", std::move(what)};
}
inline Refusal in_flight() {
  return {409, "cancel", "conflict", "An 'iq' with this 'from', 'to' and 'id' is waiting"};
}
inline Refusal expired() {
  return {504, "wait", "remote-server-timeout", "No answer to the 'iq' arrived in time"};
}
inline Refusal bad_timeout(std::string_view given) {
  return {400, "modify", "bad-format",
          "The timeout header must be a positive number of seconds, and is '" +
              std::string(given.substr(0, 100)) + "'"};
}
inline Refusal not_sent() {
  return {422, "modify", "bad-format", "The server cannot take this stanza"};
}
inline Refusal method(const std::string& given, const std::string& allow) {
  return {405,
          "cancel",
          "not-allowed",
          "'" + given.substr(0, 100) + "' is not allowed here, but " + allow,
          {{"Allow", allow}}};
}

// For moments: a full table, a link that is down, a shutdown.
inline Refusal later(std::string why) {
  return {503, "wait", "resource-constraint", std::move(why), {{"Retry-After", "5"}}};
}

// For those who ask too often; mod_rest has this condition for a webhook's 429.
inline Refusal too_often(std::string why, std::chrono::nanoseconds wait) {
  const auto seconds = std::max<int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count());
  return {429, "wait", "resource-constraint", std::move(why), {{"Retry-After", std::to_string(seconds)}}};
}

}  // namespace refused
}  // namespace restanza::rest
