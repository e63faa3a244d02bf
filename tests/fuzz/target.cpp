// SPDX-License-Identifier: MIT
// What a request names. Input: the method in a line, then path and query.
// A target is made of parts that mean the same however they are encoded; a query becomes an iq that can be
// sent, or is refused; the filter of deliveries takes nothing that it does not understand.
#include "rest/target.h"

#include <algorithm>

#include "base/str.h"
#include "fuzz/property.h"
#include "fuzz/stanza_checks.h"
#include "rest/delivery_query.h"
#include "rest/http_error.h"
#include "xml/gate.h"
#include "xmpp/stanza.h"

using namespace restanza;
using fuzz::must;
using rest::Target;

namespace {

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// The same target with every byte encoded that may be.
std::string encoded(const Target& target) {
  const std::string to = percent_encode(target.to), item = percent_encode(target.item);
  switch (target.kind) {
    case Target::Kind::stanza:
      return "/" + target.stanza_kind + "/" + percent_encode(target.type) + "/" + to;
    case Target::Kind::query:
      // Encoded, the name of a collection is that of a query, which there is not.
      if (target.type == "deliveries" || target.type == "endpoints") return {};
      return "/" + percent_encode(target.type) + "/" + to;
    case Target::Kind::delivery:
      return "/deliveries/" + item;
    case Target::Kind::replay:
      return "/deliveries/" + item + "/replay";
    case Target::Kind::steering:
      return "/endpoints/" + item + "/" + target.action;
    default:
      return {};
  }
}

bool same(const Target& a, const Target& b) {
  return a.kind == b.kind && a.stanza_kind == b.stanza_kind && a.type == b.type && a.to == b.to &&
         a.item == b.item && a.action == b.action;
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

void check_query(const Target& target, std::string_view query) {
  const auto decoded = mapping::decode_query(target.type, target.to, query);
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

  const Target target = rest::parse_target(method, path);
  for (const std::string* part : {&target.stanza_kind, &target.type, &target.to, &target.item}) {
    must(valid_utf8(*part), "a part is text", path);
  }
  const bool by_path = target.kind == Target::Kind::stanza;
  must(!by_path || xmpp::kind_named(target.stanza_kind), "a path names a kind of stanza", path);
  const bool typed = by_path || target.kind == Target::Kind::query;
  must(!typed || is_word(target.type), "a type is a word", path);
  const std::string again = encoded(target);
  if (!again.empty())
    must(same(rest::parse_target(method, again), target), "encoded otherwise it is the same", again);
  must(*rest::methods_of(target.kind) && *rest::name_of(target.kind), "every target has methods and a name");
  if (target.kind == Target::Kind::query) check_query(target, query);
  check_filter(query);
  return 0;
}
