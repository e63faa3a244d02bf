// SPDX-License-Identifier: MIT
#include "rest/http_error.h"

#include "base/str.h"
#include "http/negotiate.h"
#include "mapping/codec.h"
#include "xml/gate.h"
#include "xml/writer.h"

namespace restanza::rest {
namespace {

constexpr const char* kStreams = "http://etherx.jabber.org/streams";
constexpr const char* kStreamConditions = "urn:ietf:params:xml:ns:xmpp-streams";

// A refusal may quote what nobody has looked at yet, and that may be no text.
std::string told(const std::string& text) {
  return xml::representable(text) ? text : percent_encode(text);
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

}  // namespace

http::Response error_response(const Refusal& refusal, std::string_view accept) {
  http::Response response{refusal.status, refusal.headers, {}, refusal.condition};
  std::string type;
  switch (http::negotiate(accept, {"text/html", "application/xmpp+xml", "application/json"}).value_or(0)) {
    case 1:
      type = "application/xmpp+xml";
      response.body = stream_error(refusal);
      break;
    case 2:
      type = "application/json";
      response.body =
          mapping::error_json(refusal.status, refusal.type, refusal.condition, told(refusal.text));
      break;
    default:
      type = "text/html; charset=utf-8";
      response.body = html(refusal);
  }
  response.headers.emplace_back("Content-Type", type);
  response.headers.emplace_back("Vary", "Accept");
  return response;
}

}  // namespace restanza::rest
