// SPDX-License-Identifier: MIT
// The formats are written by hand: four members of text need no library. Threads and owners as messages.h
// says.
#include "plugin_alone/messages.h"

#include <utility>

namespace restanza::bench {
namespace {

const std::string kTo = "bob@localhost";
const std::string kFrom = "bot@rest.localhost";
const std::string kType = "chat";

std::string words(size_t size) {
  static const std::string kSentence = "The backup of Tuesday took 12 minutes, all is well. ";
  std::string text;
  while (text.size() < size) text += kSentence;
  text.resize(size, '.');
  return text;
}

std::string form_encoded(const std::string& text) {
  std::string encoded;
  for (const char each : text) encoded += each == ' ' ? "+" : each == ',' ? "%2C" : std::string(1, each);
  return encoded;
}

// A text of CBOR (RFC 8949, major type 3).
std::string cbor_text(const std::string& text) {
  std::string head;
  const size_t size = text.size();
  if (size < 24) {
    head = {static_cast<char>(0x60 + size)};
  } else if (size < 256) {
    head = {static_cast<char>(0x78), static_cast<char>(size)};
  } else {
    head = {static_cast<char>(0x79), static_cast<char>(size >> 8), static_cast<char>(size & 0xff)};
  }
  return head + text;
}

}  // namespace

std::vector<Body> message_of(size_t size) {
  const std::string head = "<message type='" + kType + "' to='" + kTo + "' from='" + kFrom + "'><body>";
  const std::string tail = "</body></message>";
  const std::string text = words(size - head.size() - tail.size());
  const std::vector<std::pair<std::string, std::string>> members = {
      {"type", kType}, {"to", kTo}, {"from", kFrom}, {"body", text}};
  std::string json, form, cbor(1, static_cast<char>(0xa0 + members.size()));
  for (const auto& [key, value] : members) {
    json += (json.empty() ? "{\"" : ", \"") + key + "\": \"" + value + "\"";
    form += (form.empty() ? "" : "&") + key + "=" + form_encoded(value);
    cbor += cbor_text(key) + cbor_text(value);
  }
  return {{"XML", "application/xmpp+xml", head + text + tail},
          {"JSON", "application/json", json + "}"},
          {"form", "application/x-www-form-urlencoded", form},
          {"CBOR", "application/cbor", cbor}};
}

}  // namespace restanza::bench
