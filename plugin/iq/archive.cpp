// SPDX-License-Identifier: MIT
#include "iq/archive.h"

#include "xml/gate.h"
#include "xmpp/jid.h"

namespace restanza::iq {
namespace {

constexpr const char* kMam = "urn:xmpp:mam:2";

// Spares most stanzas the parser.
bool may_concern(const xmpp::Stanza& stanza) {
  return stanza.xml.find(kMam) != std::string::npos;
}

// The queryid of the child with this name; absent where there is no such child.
std::optional<std::string> query_id(xml::Element root, const char* child) {
  const xml::Element found = root ? root.child(child, kMam) : root;
  if (!found) return std::nullopt;
  return std::string(found.attribute("queryid").value_or(""));
}

}  // namespace

ArchiveQueries::Ticket ArchiveQueries::begin(const xmpp::Stanza& iq, bool from_account) {
  if (!may_concern(iq)) return 0;
  const auto document = xml::parse(iq.xml);
  auto id = query_id(document ? document->root() : xml::Element(), "query");
  if (!id) return 0;
  Query query;
  query.asker = iq.from;
  query.archive = iq.to;
  query.id = std::move(*id);
  query.own = from_account && (iq.to.empty() || iq.to == xmpp::bare_of(iq.from));
  const std::lock_guard<std::mutex> lock(mutex_);
  queries_.emplace(++last_, std::move(query));
  ++running_;
  return last_;
}

bool ArchiveQueries::take(const xmpp::StanzaTree& offered) {
  const xmpp::Stanza& stanza = offered.stanza();
  if (running_ == 0 || stanza.kind != xmpp::Kind::message || stanza.type == "error") return false;
  if (!may_concern(stanza)) return false;
  const auto id = query_id(offered.root(), "result");
  if (!id) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (auto& [ticket, query] : queries_) {
    const bool from_archive = query.own ? stanza.from.empty() || stanza.from == xmpp::bare_of(query.asker)
                                        : stanza.from == query.archive;
    if (query.id != *id || query.asker != stanza.to || !from_archive) continue;
    if (query.messages.size() < kMaxMessages && query.bytes + stanza.xml.size() <= kMaxBytes) {
      query.bytes += stanza.xml.size();
      query.messages.push_back(stanza);
    }
    return true;
  }
  return false;
}

std::vector<xmpp::Stanza> ArchiveQueries::end(Ticket ticket) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = queries_.find(ticket);
  if (found == queries_.end()) return {};
  auto messages = std::move(found->second.messages);
  queries_.erase(found);
  --running_;
  return messages;
}

}  // namespace restanza::iq
