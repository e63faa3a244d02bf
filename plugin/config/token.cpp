// SPDX-License-Identifier: MIT
#include "config/token.h"

#include "base/date.h"
#include "base/str.h"
#include "config/reader.h"
#include "xmpp/jid.h"

namespace restanza::config {
namespace {

Result<Token> read_token(const nlohmann::json& object, const std::string& where, std::string_view domain) {
  if (!object.is_object()) return Error{"setting '" + where + "' must be a table"};
  Reader reader(object, where + ".");
  Token token;
  std::string digest, expires;
  std::vector<std::string> rights{"send"};
  reader.text("name", token.name);
  reader.text("sha256", digest);
  reader.words("rights", rights, {"send", "receive", "admin"});
  reader.words("from", token.from);
  reader.words("to", token.to);
  reader.kinds("kinds", token.kinds);
  reader.text("expires", expires);
  reader.rate("rate", false, token.rate);

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

}  // namespace

void read_tokens(Reader& reader, std::string_view domain, std::vector<Token>& tokens) {
  const auto* list = reader.list("rest_tokens");
  for (size_t i = 0; list && i < list->size() && !reader.failed(); ++i) {
    auto token = read_token((*list)[i], "rest_tokens[" + std::to_string(i) + "]", domain);
    if (!token) return reader.fail(token.error());
    tokens.push_back(std::move(*token));
  }
}

}  // namespace restanza::config
