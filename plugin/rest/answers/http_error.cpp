// SPDX-License-Identifier: MIT
#include "rest/answers/http_error.h"

#include <vector>

#include "base/str.h"
#include "http/negotiate.h"
#include "mapping/codec.h"
#include "xml/gate.h"
#include "xml/writer.h"

namespace restanza::rest {
namespace {

constexpr const char* kStreams = "http://etherx.jabber.org/streams";
constexpr const char* kStreamConditions = "urn:ietf:params:xml:ns:xmpp-streams";

// A refusal may quote what nobody has looked at yet, and that may be no text: bytes that XML cannot hold are
// percent-encoded.
std::string told(const std::string& text) {
  if (xml::representable(text)) return text;
  const bool utf8 = valid_utf8(text);
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool kept = byte >= 0x80 ? utf8 : byte >= 0x20;
    out += kept ? std::string(1, c) : percent_encode({&c, 1});
  }
  return xml::representable(out) ? out : percent_encode(text);
}

std::string html(const Refusal& refusal) {
  const std::string condition = xml::escape_text(refusal.condition);
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" +
         std::to_string(refusal.status) + " " + condition + "</title></head>\n<body><h1>" +
         std::to_string(refusal.status) + " " + condition + "</h1><p>" +
         xml::escape_text(told(refusal.text)) + "</p></body></html>\n";
}

std::string stream_error(const Refusal& refusal) {
  const xml::Document error("error", kStreams);
  error.root().add(refusal.condition.c_str(), kStreamConditions);
  error.root().add("text", kStreamConditions).add_text(told(refusal.text));
  return xml::write(error.root());
}

std::string json(const Refusal& refusal) {
  return mapping::error_json(refusal.status, refusal.type, refusal.condition, told(refusal.text));
}

struct ErrorFormat {
  const char* media_type;
  const char* content_type;
  std::string (*write)(const Refusal&);
};
constexpr const char* kXmlType = mapping::media_type(mapping::Format::xml);
constexpr const char* kJsonType = mapping::media_type(mapping::Format::json);
constexpr ErrorFormat kXml = {kXmlType, kXmlType, stream_error};
constexpr ErrorFormat kJson = {kJsonType, kJsonType, json};
constexpr ErrorFormat kHtml = {"text/html", "text/html; charset=utf-8", html};

bool names_html(std::string_view accept) {
  for (const std::string_view range : split(accept, ',')) {
    if (ascii_equal(mapping::without_parameters(range), kHtml.media_type)) return true;
  }
  return false;
}

const ErrorFormat& format_for(std::string_view accept, std::string_view content_type) {
  const bool xml = mapping::format_of(content_type) == mapping::Format::xml;
  std::vector<const ErrorFormat*> formats{xml ? &kXml : &kJson, xml ? &kJson : &kXml};
  if (names_html(accept)) formats.push_back(&kHtml);
  std::vector<std::string_view> types;
  types.reserve(formats.size());
  for (const ErrorFormat* format : formats) types.emplace_back(format->media_type);
  return *formats[http::negotiate(accept, types).value_or(0)];
}

}  // namespace

http::Response error_response(const Refusal& refusal, std::string_view accept,
                              std::string_view content_type) {
  const ErrorFormat& format = format_for(accept, content_type);
  http::Response response{refusal.status, refusal.headers, format.write(refusal), refusal.condition};
  response.headers.emplace_back("Content-Type", format.content_type);
  response.headers.emplace_back("Vary", "Accept");
  return response;
}

}  // namespace restanza::rest
