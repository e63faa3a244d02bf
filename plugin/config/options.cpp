// SPDX-License-Identifier: MIT
#include "config/options.h"

#include <algorithm>

#include "base/file.h"
#include "base/str.h"
#include "config/reader.h"
#include "config/rfc3339.h"
#include "xmpp/jid.h"
#include "xmpp/stanza.h"

namespace restanza::config {
namespace {

const std::vector<std::string> kKinds = {"message", "presence", "iq"};
const std::vector<std::string> kEvents = {"bare", "full", "host"};
const std::vector<std::string> kRights = {"send", "receive", "admin"};
// Media types and the short names that stand for them; mod_rest has "json".
const std::vector<std::pair<const char*, const char*>> kContentTypes = {
    {"application/xmpp+xml", "xml"},
    {"application/json", "json"},
    {"application/x-www-form-urlencoded", "form"},
    {"text/plain", "text"},
    {"application/cbor", "cbor"}};

bool holds(const std::vector<std::string>& list, const char* word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

void read_kinds(Reader& reader, const char* key, uint32_t& mask) {
  std::vector<std::string> kinds;
  reader.words(key, kinds, kKinds);
  if (!reader.has(key)) return;
  mask = 0;
  for (const auto& kind : kinds) mask |= static_cast<uint32_t>(xmpp::kind_named(kind).value_or(xmpp::Kind{}));
}

void read_secret(Reader& reader, std::string& secret) {
  std::string file;
  reader.text("component_secret", secret);
  reader.text("component_secret_file", file);
  if (reader.has("component_secret") && secret.empty()) reader.fail("component_secret", "must not be empty");
  if (!reader.has("component_secret_file")) return;
  if (!secret.empty())
    return reader.fail("component_secret_file", "stands beside 'component_secret': keep one");
  secret = std::string(trim(read_file(file).value_or("")));
  if (secret.empty())
    reader.fail("component_secret_file", "names '" + file + "', which is empty or cannot be read");
}

Result<Token> read_token(const nlohmann::json& object, const std::string& where, std::string_view domain) {
  if (!object.is_object()) return Error{"setting '" + where + "' must be a table"};
  Reader reader(object, where + ".");
  Token token;
  std::string digest, expires;
  std::vector<std::string> rights{"send"};
  reader.text("name", token.name);
  reader.text("sha256", digest);
  reader.words("rights", rights, kRights);
  reader.words("from", token.from);
  reader.words("to", token.to);
  read_kinds(reader, "kinds", token.kinds);
  reader.text("expires", expires);

  if (token.name.empty()) reader.fail("name", "is missing: logs name a token by it");
  const auto bytes = unhex(digest);
  if (!bytes || bytes->size() != 32)
    reader.fail("sha256", "must be the SHA-256 of the token, 64 hexadecimal digits");
  token.sha256 = bytes.value_or("");
  token.rights = (holds(rights, "send") ? kSend : 0U) | (holds(rights, "receive") ? kReceive : 0U) |
                 (holds(rights, "admin") ? kAdmin : 0U);
  for (const auto& from : token.from) {
    if (xmpp::domain_of(from) != domain) {
      reader.fail("from", "has '" + from + "', which is not at the domain '" + std::string(domain) + "'");
    }
  }
  if (reader.has("expires")) {
    token.expires = parse_rfc3339(expires);
    if (!token.expires)
      reader.fail("expires",
                  "must be an RFC 3339 time such as 2030-01-31T12:00:00Z, and is '" + expires + "'");
  }
  if (auto finished = reader.finish(); !finished) return finished.error();
  return token;
}

void read_content_type(Reader& reader, std::string& type) {
  reader.text("rest_callback_content_type", type);
  std::string known;
  for (const auto& [media_type, alias] : kContentTypes) {
    if (type == media_type || type == alias) {
      type = media_type;
      return;
    }
    known.append(known.empty() ? "" : ", ").append(media_type).append(" (").append(alias).append(")");
  }
  reader.fail("rest_callback_content_type", "knows " + known + ", and not '" + type + "'");
}

void read_callback(Reader& reader, Options& options) {
  reader.text("rest_callback_url", options.callback_url);
  read_content_type(reader, options.callback_content_type);
  read_kinds(reader, "rest_callback_stanzas", options.callback_kinds);
  std::vector<std::string> events = kEvents;
  reader.words("rest_callback_events", events, kEvents);
  options.callback_bare = holds(events, "bare");
  options.callback_full = holds(events, "full");
  options.callback_host = holds(events, "host");
  reader.seconds("rest_callback_timeout", options.callback_timeout, 0.1, 3600);
  bool retry = false;
  reader.flag("rest_callback_retry", retry);
  if (retry) reader.fail("rest_callback_retry", "can only be false: deliveries are not retried");
}

}  // namespace

Result<Options> parse_options(std::string_view json, std::string_view domain) {
  const auto object = nlohmann::json::parse(json.begin(), json.end(), nullptr, false);
  if (!object.is_object()) return Error{"the settings are not one JSON object"};
  Reader reader(object, "");
  Options options;
  read_secret(reader, options.component_secret);
  reader.flag("anonymous_rest", options.anonymous_rest);
  std::vector<std::string> mechanisms{"Basic", "Bearer"};
  reader.words("rest_auth_mechanisms", mechanisms, {"Basic", "Bearer"});
  options.basic = holds(mechanisms, "Basic");
  options.bearer = holds(mechanisms, "Bearer");
  reader.seconds("rest_iq_timeout", options.iq_timeout, 0.001, 86400);
  reader.seconds("rest_iq_max_timeout", options.iq_max_timeout, 0.001, 86400);
  reader.count("rest_iq_pending_limit", options.iq_pending_limit, 1, 1000000);
  reader.count("rest_stanza_size_limit", options.stanza_size_limit, 1, 16777216);
  reader.flag("rest_json_strict", options.json_strict);
  reader.flag("rest_json_xml", options.json_xml);
  reader.words("rest_cors_origins", options.cors_origins);
  read_callback(reader, options);
  if (const auto* tokens = reader.list("rest_tokens")) {
    for (size_t i = 0; i < tokens->size() && !reader.failed(); ++i) {
      auto token = read_token((*tokens)[i], "rest_tokens[" + std::to_string(i) + "]", domain);
      if (!token) return token.error();
      options.tokens.push_back(std::move(*token));
    }
  }
  if (auto finished = reader.finish(); !finished) return finished.error();
  return options;
}

}  // namespace restanza::config
