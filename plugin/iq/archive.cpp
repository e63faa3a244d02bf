// SPDX-License-Identifier: MIT
#include "iq/archive.h"

#include <utility>

#include "base/random.h"
#include "xml/gate.h"
#include "xml/writer.h"
#include "xmpp/jid.h"

namespace restanza::iq {
namespace {

constexpr const char* kMam = "urn:xmpp:mam:2";
constexpr const char* kQueryId = "queryid";

// Spares most stanzas the parser.
bool may_concern(const xmpp::Stanza& stanza) {
  return stanza.xml.find(kMam) != std::string::npos;
}

// The element of XEP-0313 with this name directly inside of a stanza; none where there is no such one.
xml::Element find_directly(xml::Element root, const char* child) {
  return root ? root.child(child, kMam) : root;
}

std::optional<std::string> id_of(xml::Element query) {
  const auto id = query ? query.attribute(kQueryId) : std::nullopt;
  return id ? std::optional<std::string>(*id) : std::nullopt;
}

// The stanza's text, in which whatever has the id that the query left with has its caller's instead.
std::string as_asked(const xml::Document& document, const std::string& own,
                     const std::optional<std::string>& callers) {
  for (xml::Element child : xml::children(document.root())) {
    if (child.ns() != kMam || child.attribute(kQueryId) != own) continue;
    if (callers) {
      child.set_attribute(kQueryId, *callers);
    } else {
      child.remove_attribute(kQueryId);
    }
  }
  return xml::write(document.root());
}

}  // namespace

bool ArchiveQueries::Query::waits_for(const xmpp::Stanza& stanza) const {
  if (stanza.to != asker) return false;
  return own ? stanza.from.empty() || stanza.from == xmpp::bare_of(asker) : stanza.from == archive;
}

ArchiveQueries::Ticket ArchiveQueries::begin(xmpp::Stanza& iq, bool from_account) {
  if (!may_concern(iq)) return {};
  const auto document = xml::parse(iq.xml);
  xml::Element asked = find_directly(document ? document->root() : xml::Element(), "query");
  if (!asked) return {};
  Query query;
  query.asker = iq.from;
  query.archive = iq.to;
  query.own = from_account && (iq.to.empty() || iq.to == xmpp::bare_of(iq.from));
  query.id = id_of(asked);
  Ticket ticket = random_id();
  asked.set_attribute(kQueryId, ticket);
  iq.xml = xml::write(document->root());
  const std::lock_guard<std::mutex> lock(mutex_);
  queries_.emplace(ticket, std::move(query));
  ++running_;
  return ticket;
}

bool ArchiveQueries::take(const xmpp::StanzaTree& offered) {
  const xmpp::Stanza& stanza = offered.stanza();
  if (running_ == 0 || stanza.kind != xmpp::Kind::message || stanza.type == "error") return false;
  if (!may_concern(stanza)) return false;
  const auto id = id_of(find_directly(offered.root(), "result"));
  if (!id) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = queries_.find(*id);
  if (found == queries_.end() || !found->second.waits_for(stanza)) return false;
  Query& query = found->second;
  if (query.messages.size() >= kMaxMessages) return true;
  xmpp::Stanza message = stanza;
  // A tree of our own, for the one that was offered is not changed.
  if (const auto document = xml::parse(message.xml)) message.xml = as_asked(*document, *id, query.id);
  if (query.bytes + message.xml.size() > kMaxBytes) return true;
  query.bytes += message.xml.size();
  query.messages.push_back(std::move(message));
  return true;
}

std::vector<xmpp::Stanza> ArchiveQueries::end(const Ticket& ticket, xmpp::Stanza answer) {
  if (ticket.empty()) return {std::move(answer)};
  Query query;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (const auto found = queries_.find(ticket); found != queries_.end()) {
      query = std::move(found->second);
      queries_.erase(found);
      --running_;
    }
  }
  // Some archives repeat the id in the result, and an error may hold what was asked.
  if (answer.xml.find(ticket) != std::string::npos) {
    if (const auto document = xml::parse(answer.xml)) answer.xml = as_asked(*document, ticket, query.id);
  }
  query.messages.push_back(std::move(answer));
  return std::move(query.messages);
}

void ArchiveQueries::cancel(const Ticket& ticket) {
  if (ticket.empty()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  running_ -= queries_.erase(ticket);
}

}  // namespace restanza::iq
