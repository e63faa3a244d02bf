// SPDX-License-Identifier: MIT
#include "rest/access/token_settings.h"

#include "base/date.h"
#include "base/str.h"
#include "xmpp/jid.h"

namespace restanza::rest {
namespace {

using Row = config::Setting<Token>;
using config::Reader;

void read_name(Reader& reader, const char* key, Token& token) {
  reader.text(key, token.name);
  if (token.name.empty()) reader.fail(key, "is missing: logs name a token by it");
}

void read_digest(Reader& reader, const char* key, Token& token) {
  std::string digest;
  reader.text(key, digest);
  const auto bytes = hex_decode(digest);
  if (!bytes || bytes->size() != 32)
    reader.fail(key, "must be the SHA-256 of the token, 64 hexadecimal digits");
  token.sha256 = bytes.value_or("");
}

void read_rights(Reader& reader, const char* key, Token& token) {
  std::vector<std::string> rights{"send"};
  reader.words(key, rights, {"send", "receive", "admin"});
  token.rights = (config::holds(rights, "send") ? kSend : 0U) |
                 (config::holds(rights, "receive") ? kReceive : 0U) |
                 (config::holds(rights, "admin") ? kAdmin : 0U);
}

void read_expires(Reader& reader, const char* key, Token& token) {
  std::string expires;
  reader.text(key, expires);
  if (!reader.has(key)) return;
  token.expires = parse_rfc3339(expires);
  if (!token.expires)
    reader.fail(key, "must be an RFC 3339 time such as 2030-01-31T12:00:00Z, and is '" + expires + "'");
}

void check_senders(Reader& reader, const Token& token, std::string_view domain) {
  for (const auto& from : token.from) {
    if (xmpp::domain_of(from) != domain) {
      reader.fail("from", "has '" + from + "', which is not at the domain '" + std::string(domain) + "'");
    }
  }
}

}  // namespace

const config::Settings<Token>& token_settings() {
  static const config::Settings<Token> all = {
      Row::custom("name", "text", "required", "logs name the token so", read_name),
      Row::custom("sha256", "text", "required", "the SHA-256 of the token, 64 hexadecimal digits",
                  read_digest),
      Row::custom("rights", "list of texts", settings::shown(std::vector<std::string>{"send"}),
                  "`send`; `receive` asks for updates, of those stanzas that `from`, `to` and `kinds` allow "
                  "an answer to; `admin` looks into queues and metrics, and steers",
                  read_rights),
      Row::texts("from", &Token::from, "addresses that it may send as").default_is("any at the domain"),
      Row::texts("to", &Token::to, "addresses that it may send to").default_is("anywhere"),
      Row::custom("kinds", "list of texts", "all", "of `message`, `presence`, `iq`",
                  [](Reader& reader, const char* key, Token& token) { reader.kinds(key, token.kinds); }),
      Row::custom("expires", "text", "never", "a time such as `2027-01-31T00:00:00Z` (RFC 3339)",
                  read_expires),
      Row::custom("rate", "number", "any number", "requests a second, also 0.5",
                  [](Reader& reader, const char* key, Token& token) { reader.rate(key, false, token.rate); })
          .within("0.001 to 1000000"),
  };
  return all;
}

void read_tokens(Reader& reader, const char* key, std::string_view domain, std::vector<Token>& tokens) {
  reader.tables(key, [&](Reader& entry) -> Result<void> {
    Token token;
    settings::read_each(token_settings(), entry, token);
    check_senders(entry, token, domain);
    tokens.push_back(std::move(token));
    return entry.finish();
  });
}

}  // namespace restanza::rest
