// SPDX-License-Identifier: MIT
#include "rest/sending/batch/media.h"

#include "base/str.h"
#include "mapping/media_type.h"

namespace restanza::rest {
namespace {

// Named, so that it is a limit; whoever reads in pieces needs no more memory for more.
constexpr uint64_t kLongestBatch = uint64_t{1} << 50;

bool posts(std::string_view method, std::string_view path) {
  return method == "POST" && path.empty();
}

std::optional<BatchForm> form_of(std::string_view content_type) {
  const std::string_view type = mapping::without_parameters(content_type);
  if (ascii_equal(type, kLinesType)) return BatchForm::lines;
  if (ascii_equal(type, kBatchXmlType)) return BatchForm::xml;
  return std::nullopt;
}

// A root called 'xmpp', perhaps behind an XML declaration.
bool begins_a_batch(std::string_view xml) {
  constexpr std::string_view kDeclaration = "<?xml", kRoot = "<xmpp";
  xml = trim(xml.substr(0, 256));
  if (xml.substr(0, kDeclaration.size()) == kDeclaration) {
    const size_t end = xml.find("?>");
    if (end == std::string_view::npos) return false;
    xml = trim(xml.substr(end + 2));
  }
  constexpr std::string_view kBehind = " \t\r\n/>";
  return xml.size() > kRoot.size() && xml.substr(0, kRoot.size()) == kRoot &&
         kBehind.find(xml[kRoot.size()]) != std::string_view::npos;
}

}  // namespace

std::optional<BatchForm> batch_form(const http::Request& request) {
  if (!posts(request.method, request.path)) return std::nullopt;
  const auto type = request.header("Content-Type");
  if (!type) return std::nullopt;
  if (const auto form = form_of(*type)) return form;
  if (mapping::format_of(*type) == mapping::Format::xml && begins_a_batch(request.body))
    return BatchForm::xml;
  return std::nullopt;
}

uint64_t longest_batch(std::string_view method, std::string_view path, std::string_view type) {
  return posts(method, path) && form_of(type) ? kLongestBatch : 0;
}

}  // namespace restanza::rest
