// SPDX-License-Identifier: MIT
// The Accept header. Input: its value.
// What is chosen was offered; case and foreign types change nothing; a type that is named first and fully is
// chosen, and one that is ruled out is not.
#include <string>
#include <vector>

#include "base/str.h"
#include "fuzz/property.h"
#include "http/negotiate.h"
#include "mapping/media_type.h"
#include "webhook/request/negotiation.h"

using namespace restanza;
using fuzz::must;
using http::negotiate;

namespace {

std::vector<std::string_view> offered_types() {
  std::vector<std::string_view> types;
  for (const mapping::Format format : mapping::kFormats) types.emplace_back(mapping::media_type(format));
  return types;
}

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string accept(fuzz::text_of(data, size));
  const auto offered = offered_types();
  const auto chosen = negotiate(accept, offered);
  must(!chosen || *chosen < offered.size(), "what is chosen was offered", accept);
  must(negotiate(upper(accept), offered) == chosen, "case changes nothing", accept);
  must(negotiate(accept + ", image/png;q=1", offered) == chosen, "a foreign type changes nothing", accept);
  must(negotiate("image/*, " + accept, offered) == chosen, "a foreign range changes nothing", accept);
  for (size_t i = 0; i < offered.size(); ++i) {
    const std::string type(offered[i]);
    must(negotiate(type + "," + accept, offered) == i, "a type that is named first and fully is chosen",
         accept);
    must(negotiate(type + ";q=0," + accept, offered) != i, "a type that is ruled out is not chosen", accept);
    const auto only = negotiate(accept, {offered[i]});
    must(!chosen || chosen != i || only == size_t{0}, "what is chosen of many is chosen alone", accept);
    must(chosen || !only, "where nothing is chosen of many, none is alone", accept);
  }

  for (const mapping::Format format : mapping::kFormats) {
    const auto preferred = webhook::format_for(accept, format);
    must(preferred.has_value() == chosen.has_value(), "an endpoint is offered the same formats", accept);
    must(mapping::format_of(std::string(mapping::media_type(format)) + ";" + accept) == format,
         "parameters do not hide a media type", accept);
  }
  const auto named = mapping::format_of(accept);
  must(mapping::format_of(upper(accept)) == named, "case does not hide a media type", accept);
  return 0;
}
