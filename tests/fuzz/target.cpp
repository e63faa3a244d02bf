// SPDX-License-Identifier: MIT
// What a request names. Input: the method in a line, then path and query.
// A path is made of parts that mean the same however they are encoded; a query becomes an iq that can be
// sent, or is refused; the filter of deliveries takes nothing that it does not understand.
#include "rest/routing/target.h"

#include <algorithm>

#include "base/str.h"
#include "fuzz/property.h"
#include "fuzz/stanza_checks.h"
#include "rest/answers/http_error.h"
#include "rest/resources/delivery_query.h"
#include "rest/routing/path_pattern.h"
#include "xml/gate.h"
#include "xmpp/stanza.h"

using namespace restanza;
using fuzz::must;
using rest::Target;

namespace {

// One of each shape that there is.
constexpr const char* kPatterns[] = {"",
                                     "/echo",
                                     "/deliveries/{id}",
                                     "/deliveries/{id}/replay",
                                     "/endpoints/{name}/pause",
                                     Target::kStanzaPath,
                                     Target::kQueryPath};

// The path of these values, with every byte encoded that may be.
std::string encoded(std::string_view pattern, const rest::PathValues& values) {
  std::string path;
  size_t next = 0;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    const std::string_view part = rest::take_part(pattern);
    path += "/" + (part.front() == '{' ? percent_encode(values.at(next++)) : std::string(part));
    if (!pattern.empty()) pattern = std::string_view(pattern.data() - 1, pattern.size() + 1);
  }
  return path;
}

void check_told(const rest::Refusal& refusal) {
  for (const mapping::Format format : {mapping::Format::xml, mapping::Format::json}) {
    const auto response = rest::error_response(refusal, mapping::media_type(format));
    must(xml::representable(response.body), "a refusal can be told", response.body);
    must(format != mapping::Format::xml || xml::parse(response.body).ok(), "a refusal in XML is XML",
         response.body);
  }
  must(xml::representable(rest::error_response(refusal, "text/html").body), "a refusal can be shown");
}

void check_query(const std::string& name, const std::string& to, std::string_view query) {
  const auto decoded = mapping::decode_query(name, to, query);
  if (!decoded) return check_told({422, "modify", "bad-format", decoded.error().text});
  const xml::Element iq = decoded->document.root();
  fuzz::check_stanza(iq);
  fuzz::check_names(decoded->unmapped);
  must(iq.name() == "iq", "a query is an iq");
}

void check_filter(std::string_view query) {
  const auto members = rest::query_members(query);
  if (!members) return;
  const auto filter = rest::delivery_query(*members, true);
  if (!filter) return check_told(filter.error());
  must(filter->limit <= rest::DeliveryQuery::kMaxLimit, "a page is bounded");
  for (const auto& [name, value] : *members) {
    const std::string_view known[] = {"state", "endpoint", "after", "before", "limit", "beyond"};
    must(std::find(std::begin(known), std::end(known), name) != std::end(known), "no member is passed over",
         name);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view rest = fuzz::text_of(data, size);
  const std::string_view method = fuzz::take_line(rest);
  const size_t mark = rest.find('?');
  const std::string_view path = rest.substr(0, mark);
  if (!path.empty() && path[0] != '/') return 0;  // it is below the prefix
  const std::string_view query = mark == std::string_view::npos ? std::string_view() : rest.substr(mark + 1);

  for (const std::string_view pattern : kPatterns) {
    const auto values = rest::match(pattern, method, path);
    if (!values) continue;
    for (const std::string& value : *values) must(valid_utf8(value), "a value is text", path);
    const auto again = rest::match(pattern, method, encoded(pattern, *values));
    must(again == values, "encoded otherwise it is the same", path);
    if (pattern == Target::kQueryPath) check_query((*values)[0], (*values)[1], query);
    must(pattern != Target::kStanzaPath || xmpp::kind_named((*values)[0]), "a path names a kind of stanza",
         path);
  }
  check_filter(query);
  return 0;
}
