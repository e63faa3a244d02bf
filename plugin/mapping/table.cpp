// SPDX-License-Identifier: MIT
#include "mapping/table.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "mapping/irregular.h"

namespace restanza::mapping {
namespace {

constexpr Row text(const char* key, const char* ns = nullptr, const char* name = nullptr) {
  return {key, Shape::text, name ? name : key, ns};
}
constexpr Row number(const char* key) {
  return {key, Shape::text, key, nullptr, Scalar::integer};
}
constexpr Row attribute(const char* key, Scalar scalar = Scalar::string, const char* name = nullptr) {
  return {key, Shape::attribute, name ? name : key, nullptr, scalar};
}
constexpr Row content(const char* key) {
  return {key, Shape::content, key};
}
constexpr Row single(const char* key, const char* name, const char* ns, const char* of) {
  return {key, Shape::single, name, ns, Scalar::string, of};
}
constexpr Row present(const char* key, const char* ns = nullptr, const char* name = nullptr) {
  return {key, Shape::present, name ? name : key, ns, Scalar::boolean};
}
constexpr Row shared(Row row) {
  row.shared = true;
  return row;
}
constexpr Row object(const char* key, const char* name, const char* ns, Rows rows) {
  return {key, Shape::object, name, ns, Scalar::string, nullptr, rows};
}
constexpr Row list(const char* key, const char* name, Rows rows = {}, const char* ns = nullptr) {
  return {key, Shape::list, name, ns, Scalar::string, nullptr, rows};
}
constexpr Row wrapped(const char* key, const char* name, const char* ns, const char* item, Rows rows) {
  return {key, Shape::wrapped, name, ns, Scalar::string, item, rows};
}
constexpr Row irregular(const char* key, const char* name, const char* ns, const Irregular& functions) {
  return {key, Shape::irregular, name, ns, Scalar::string, nullptr, {}, &functions};
}

constexpr Row kDelay = single("delay", "delay", "urn:xmpp:delay", "stamp");

constexpr Row kOption[] = {attribute("label"), text("value")};
constexpr Row kFormField[] = {
    attribute("var"),
    attribute("type"),
    attribute("label"),
    text("desc"),
    present("required"),
    list("values", "value"),
    list("options", "option", kOption),
};
constexpr Row kForm[] = {attribute("type"), text("title"), text("instructions"),
                         list("fields", "field", kFormField)};

constexpr Row kRsm[] = {text("after"),   text("before"), number("count"), text("first"),
                        number("index"), text("last"),   number("max")};
constexpr const char* kRsmNs = "http://jabber.org/protocol/rsm";

constexpr Row kThread[] = {content("id"), attribute("parent")};
constexpr Row kOob[] = {text("desc"), text("url")};
constexpr Row kReactions[] = {attribute("id"), list("reactions", "reaction")};
constexpr const char* kSidNs = "urn:xmpp:sid:0";
constexpr Row kStanzaId[] = {attribute("id"), attribute("by")};
constexpr Row kStanzaIds = list("stanza_ids", "stanza-id", kStanzaId, kSidNs);
constexpr Row kRange[] = {attribute("start", Scalar::integer), attribute("end", Scalar::integer)};
constexpr Row kFallback[] = {attribute("for"), list("subject", "subject", kRange),
                             list("body", "body", kRange)};
constexpr const char* kFallbackNs = "urn:xmpp:fallback:0";
constexpr const char* kHintsNs = "urn:xmpp:hints";
constexpr Row kReference[] = {attribute("type"), attribute("uri"), attribute("begin", Scalar::integer),
                              attribute("end", Scalar::integer)};
constexpr Row kReply[] = {attribute("id"), attribute("to")};
constexpr Row kInvite[] = {attribute("jid"), attribute("password"), attribute("reason"),
                           attribute("continue", Scalar::boolean), attribute("thread")};
constexpr Row kForwarded[] = {kDelay, {"message", Shape::message, "message", xml::kContentNamespace}};
constexpr const char* kForwardNs = "urn:xmpp:forward:0";
constexpr Row kArchived[] = {attribute("id"), attribute("queryid"),
                             object("forward", "forwarded", kForwardNs, kForwarded)};
constexpr Row kCarbon[] = {object("forwarded", "forwarded", kForwardNs, kForwarded)};
constexpr const char* kCarbonsNs = "urn:xmpp:carbons:2";
constexpr Row kRetracted[] = {attribute("id"), attribute("stamp")};
constexpr const char* kRetractNs = "urn:xmpp:message-retract:1";
constexpr const char* kMarkersNs = "urn:xmpp:chat-markers:0";
constexpr const char* kReceiptsNs = "urn:xmpp:receipts";

constexpr Row kCaps[] = {attribute("ext"), attribute("hash"), attribute("node"), attribute("ver")};
constexpr Row kHistory[] = {attribute("maxchars", Scalar::integer), attribute("maxstanzas", Scalar::integer),
                            attribute("seconds", Scalar::integer), attribute("since")};
constexpr Row kMuc[] = {object("history", "history", nullptr, kHistory)};
constexpr Row kVcardUpdate[] = {text("photo")};

constexpr Row kVersion[] = {text("name"), text("version"), text("os")};
constexpr Row kArchive[] = {attribute("queryid"), object("form", "x", "jabber:x:data", kForm),
                            object("page", "set", kRsmNs, kRsm)};
constexpr Row kArchiveResult[] = {object("page", "set", kRsmNs, kRsm)};
constexpr Row kService[] = {
    attribute("type"),      attribute("host"),    attribute("port", Scalar::integer),
    attribute("transport"), attribute("name"),    attribute("username"),
    attribute("password"),  attribute("expires"), attribute("restricted", Scalar::boolean),
};
constexpr Row kExtdisco[] = {attribute("type"), list("services", "service", kService)};
constexpr Row kLastActivity[] = {attribute("seconds", Scalar::integer), content("status")};
constexpr Row kStat[] = {attribute("name"), attribute("unit"), attribute("value", Scalar::number)};
constexpr Row kGateway[] = {text("desc"), text("prompt"), text("jid")};
constexpr Row kRegister[] = {
    present("registered"), present("remove"), text("instructions"), text("username"), text("nick"),
    text("password"),      text("name"),      text("first"),        text("last"),     text("email"),
    text("address"),       text("city"),      text("state"),        text("zip"),      text("phone"),
    text("url"),           text("date"),      text("misc"),         text("text"),     text("key"),
};
constexpr Row kReport[] = {attribute("reason"), kStanzaIds};
constexpr Row kBlock[] = {attribute("jid"), object("report", "report", "urn:xmpp:reporting:1", kReport)};
constexpr Row kBlocked[] = {attribute("jid")};
constexpr const char* kBlockingNs = "urn:xmpp:blocking";
constexpr Row kUploadRequest[] = {attribute("filename"), attribute("size", Scalar::integer_or_text),
                                  attribute("content-type")};
constexpr Row kHeader[] = {attribute("name"), content("value")};
constexpr Row kPut[] = {attribute("url"), list("headers", "header", kHeader)};
constexpr Row kGet[] = {attribute("url")};
constexpr Row kUploadSlot[] = {object("get", "get", nullptr, kGet), object("put", "put", nullptr, kPut)};
constexpr const char* kUploadNs = "urn:xmpp:http:upload:0";

constexpr Field address(const char* key, const char* name) {
  return {kEvery, attribute(key, Scalar::string, name)};
}
constexpr Field implying(unsigned kinds, Row row, const char* type = nullptr) {
  return {kinds, row, Implies::kind, type};
}
constexpr Field implying_if_all_mapped(unsigned kinds, Row row) {
  return {kinds, row, Implies::kind_if_all_mapped};
}

constexpr Field kFields[] = {
    address("to", "to"),
    address("from", "from"),
    address("id", "id"),
    address("lang", "xml:lang"),

    implying(kMessage, text("subject")),
    implying(kMessage, text("body")),
    implying(kMessage, object("thread", "thread", nullptr, kThread)),
    implying(kMessage, irregular("html", "html", "http://jabber.org/protocol/xhtml-im", kHtml)),
    implying(kMessage, {"state", Shape::choice, "state", "http://jabber.org/protocol/chatstates",
                        Scalar::string, "active inactive gone composing paused"}),
    implying(kMessage, single("replace", "replace", "urn:xmpp:message-correct:0", "id")),
    {kMessage, object("oob", "x", "jabber:x:oob", kOob)},
    {kMessage, irregular("oob_url", "x", "jabber:x:oob", kOobUrl)},
    {kMessage, object("reactions", "reactions", "urn:xmpp:reactions:0", kReactions)},
    {kMessage, single("occupant_id", "occupant-id", "urn:xmpp:occupant-id:0", "id")},
    {kMessage, single("attach_to", "attach-to", "urn:xmpp:message-attaching:1", "id")},
    {kMessage, shared(list("fallbacks", "fallback", kFallback, kFallbackNs))},
    {kMessage, shared(present("fallback", kFallbackNs))},
    {kMessage, kStanzaIds},
    {kMessage, single("origin_id", "origin-id", kSidNs, "id")},
    {kMessage, object("reference", "reference", "urn:xmpp:reference:0", kReference)},
    {kMessage, object("reply", "reply", "urn:xmpp:reply:0", kReply)},
    {kMessage, present("markable", kMarkersNs)},
    {kMessage, single("displayed", "displayed", kMarkersNs, "id")},
    {kMessage, single("encryption", "encryption", "urn:xmpp:eme:0", "namespace")},
    {kMessage, object("invite", "x", "jabber:x:conference", kInvite)},
    {kMessage, object("archive", "result", "urn:xmpp:mam:2", kArchived)},
    {kMessage, object("forwarded", "forwarded", kForwardNs, kForwarded)},
    // Recorded bots see no such key; the bridge answers requests for receipts by itself.
    {kMessage, present("receipt_request", kReceiptsNs, "request"), Implies::nothing, nullptr, nullptr, true},
    {kMessage, single("received", "received", kReceiptsNs, "id")},
    {kMessage, object("carbon_sent", "sent", kCarbonsNs, kCarbon)},
    {kMessage, object("carbon_received", "received", kCarbonsNs, kCarbon)},
    {kMessage, present("carbon_private", kCarbonsNs, "private")},
    {kMessage, present("hint_no_permanent_store", kHintsNs, "no-permanent-store")},
    {kMessage, present("hint_no_store", kHintsNs, "no-store")},
    {kMessage, present("hint_no_copy", kHintsNs, "no-copy")},
    {kMessage, present("hint_store", kHintsNs, "store")},
    {kMessage, single("retract", "retract", kRetractNs, "id")},
    {kMessage, object("retracted", "retracted", kRetractNs, kRetracted)},

    implying(kPresence, irregular("join", "x", "http://jabber.org/protocol/muc", kJoin)),
    implying_if_all_mapped(kPresence, number("priority")),
    implying_if_all_mapped(kPresence, text("show")),
    implying_if_all_mapped(kPresence, text("status")),
    {kPresence, object("caps", "c", "http://jabber.org/protocol/caps", kCaps)},
    {kPresence, object("muc", "x", "http://jabber.org/protocol/muc", kMuc)},
    {kPresence, single("idle_since", "idle", "urn:xmpp:idle:1", "since")},
    {kPresence, object("vcard_update", "x", "vcard-temp:x:update", kVcardUpdate)},

    implying(kIq, irregular("disco", "query", "http://jabber.org/protocol/disco#info", kDisco)),
    implying(kIq, irregular("items", "query", "http://jabber.org/protocol/disco#items", kItems)),
    implying(kIq, present("ping", "urn:xmpp:ping")),
    implying(kIq, object("version", "query", "jabber:iq:version", kVersion)),
    implying(kIq, irregular("command", "command", "http://jabber.org/protocol/commands", kCommand), "set"),
    {kIq, object("archive", "query", "urn:xmpp:mam:2", kArchive), Implies::kind, "set", expand_archive},
    {kIq, object("result", "fin", "urn:xmpp:mam:2", kArchiveResult)},
    {kIq, object("extdisco", "services", "urn:xmpp:extdisco:2", kExtdisco)},
    {kIq, object("lastactivity", "query", "jabber:iq:last", kLastActivity)},
    {kIq, wrapped("stats", "query", "http://jabber.org/protocol/stats", "stat", kStat)},
    {kIq, object("oob", "query", "jabber:iq:oob", kOob)},
    {kIq, object("gateway", "query", "jabber:iq:gateway", kGateway)},
    {kIq, object("register", "query", "jabber:iq:register", kRegister)},
    {kIq, wrapped("block", "block", kBlockingNs, "item", kBlock)},
    {kIq, wrapped("blocklist", "blocklist", kBlockingNs, "item", kBlocked)},
    {kIq, object("upload_request", "request", kUploadNs, kUploadRequest)},
    {kIq, object("upload_slot", "slot", kUploadNs, kUploadSlot)},

    {kEvery, text("nick", "http://jabber.org/protocol/nick")},
    {kEvery, kDelay},
    {kEvery, irregular("payload", "payload", "urn:xmpp:json-msg:0", kPayload)},
    {kEvery, irregular("dataform", "x", "jabber:x:data", kDataForm)},
    {kEvery, irregular("formdata", "x", "jabber:x:data", kFormData)},
    {kEvery, object("rsm", "set", kRsmNs, kRsm)},
    {kEvery, irregular("error", "error", xml::kContentNamespace, kError)},
};

}  // namespace

Fields fields() {
  return {kFields, sizeof(kFields) / sizeof(kFields[0])};
}

std::optional<Kinds> kind_of(std::string_view name) {
  for (const Kinds kind : {kMessage, kPresence, kIq}) {
    if (name == name_of(kind)) return kind;
  }
  return std::nullopt;
}

const char* name_of(Kinds kind) {
  return kind == kIq ? "iq" : kind == kPresence ? "presence" : "message";
}

namespace {

using Keyed = std::pair<std::string_view, const Field*>;

// Those of the same key stay in the table's order.
std::vector<Keyed> by_key() {
  std::vector<Keyed> index;
  for (const Field& field : fields()) index.emplace_back(field.row.key, &field);
  std::stable_sort(index.begin(), index.end(),
                   [](const Keyed& a, const Keyed& b) { return a.first < b.first; });
  return index;
}

}  // namespace

const Field* find_field(Kinds kind, std::string_view key) {
  static const std::vector<Keyed> index = by_key();
  const auto before = [](const Keyed& each, std::string_view k) { return each.first < k; };
  auto at = std::lower_bound(index.begin(), index.end(), key, before);
  for (; at != index.end() && at->first == key; ++at) {
    if (at->second->kinds & kind) return at->second;
  }
  return nullptr;
}

bool is_query(const Field& field) {
  if (!(field.kinds & kIq) || field.row.irregular == &kError) return false;
  switch (field.row.shape) {
    case Shape::present:
    case Shape::object:
    case Shape::wrapped:
    case Shape::irregular:
      return true;
    default:
      return false;
  }
}

}  // namespace restanza::mapping
