// SPDX-License-Identifier: MIT
#include "webhook/request/body.h"

namespace restanza::webhook {

namespace {

Body as_it_is(const xmpp::StanzaTree& tree) {
  return {mapping::Format::xml, tree.stanza().xml, {}};
}

}  // namespace

Body body_of(const xmpp::StanzaTree& tree, mapping::Format format, const mapping::Options& options) {
  if (format == mapping::Format::xml) return as_it_is(tree);
  const xml::Element root = tree.root();
  if (!root) return as_it_is(tree);
  auto encoded = mapping::encode(format, root, options);
  if (!encoded) return as_it_is(tree);
  return {format, std::move(encoded->body), std::move(encoded->unmapped)};
}

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (size_t i = 0; i < names.size() && i < kMaxListed; ++i) {
    list.append(list.empty() ? "" : ", ").append(names[i]);
  }
  return names.size() > kMaxListed ? list + ", ..." : list;
}

}  // namespace restanza::webhook
