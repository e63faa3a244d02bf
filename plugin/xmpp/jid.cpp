// SPDX-License-Identifier: MIT
#include "xmpp/jid.h"

#include <stringprep.h>

#include <algorithm>
#include <cstring>

#include "base/byte_set.h"
#include "base/str.h"
#include "xmpp/forbidden.h"

namespace restanza::xmpp {
namespace {

constexpr size_t kMaxPart = 1023;  // bytes of each part, RFC 6122 section 2.1

// Letters that every profile keeps as they are: most addresses, spared the tables.
constexpr ByteSet kPlain([](char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
});

// Why stringprep refused the text.
Error refused(const std::string& what, std::string_view text, const Stringprep_profile* profile, int status) {
  const std::string_view character = first_forbidden(text, profile);
  if (character.empty())
    return {what + "is not allowed: " + stringprep_strerror(static_cast<Stringprep_rc>(status))};
  const std::string escaping = profile == stringprep_xmpp_nodeprep ? escaping_of(character) : std::string();
  return {what + "has " + named_character(character) + ", which is not allowed there" + escaping,
          escaping.empty() ? Error::Kind::general : Error::Kind::unescaped};
}

Result<std::string> prepare(std::string_view text, const Stringprep_profile* profile, const char* part) {
  if (text.empty()) return Error{std::string("the ") + part + " is empty"};
  if (text.size() > kMaxPart) return Error{std::string("the ") + part + " is longer than 1023 bytes"};
  if (kPlain.hold(text)) return std::string(text);
  // libidn reads up to a NUL, so one inside would hide what follows.
  if (text.find('\0') != std::string_view::npos || !valid_utf8(text)) {
    return Error{std::string("the ") + part + " is not UTF-8 text"};
  }
  char buffer[4 * (kMaxPart + 1)];
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  const int status = stringprep(buffer, sizeof buffer, static_cast<Stringprep_profile_flags>(0), profile);
  if (status != STRINGPREP_OK) {
    return refused(std::string("the ") + part + " '" + std::string(text) + "' ", text, profile, status);
  }
  std::string prepared(buffer);
  if (prepared.empty() || prepared.size() > kMaxPart) {
    return Error{std::string("the ") + part + " is empty or longer than 1023 bytes once prepared"};
  }
  return prepared;
}

// An address whose parts are all of such letters is what preparing would make of it.
bool is_prepared(std::string_view text) {
  const size_t slash = std::min(text.find('/'), text.size());
  const std::string_view bare = text.substr(0, slash);
  const size_t at = bare.find('@');
  const std::string_view domain = bare.substr(at == std::string_view::npos ? 0 : at + 1);
  const auto part = [](std::string_view letters) {
    return !letters.empty() && letters.size() <= kMaxPart && kPlain.hold(letters);
  };
  return part(domain) && domain.back() != '.' && (at == std::string_view::npos || part(bare.substr(0, at))) &&
         (slash == text.size() || part(text.substr(slash + 1)));
}

// What nameprep lets through and no domain or address literal holds.
bool foreign_to_domains(char c) {
  return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F ||
         std::strchr("\"&'/<>@\\`{|}^#?%", c) != nullptr;
}

Result<void> check_domain(const std::string& domain) {
  const auto found = std::find_if(domain.begin(), domain.end(), foreign_to_domains);
  if (found == domain.end()) return {};
  const std::string character(1, *found);
  if (*found == '@')
    return Error{"'@' stands twice, and in a localpart it is not allowed" + escaping_of(character),
                 Error::Kind::unescaped};
  return Error{"the domain '" + domain + "' has " + named_character(character) + ", which no domain has"};
}

}  // namespace

Result<Jid> Jid::parse(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string_view bare = text.substr(0, slash);
  const size_t at = bare.find('@');
  std::string_view domain = at == std::string_view::npos ? bare : bare.substr(at + 1);
  // A final dot names the DNS root and is not part of the address (RFC 6122 section 2.2).
  if (domain.size() > 1 && domain.back() == '.') domain.remove_suffix(1);

  Jid jid;
  auto prepared = prepare(domain, stringprep_nameprep, "domain");
  if (!prepared) return prepared.error();
  // A second dot there, or one of a wider script, would make another address of it each time it is prepared.
  if (prepared->back() == '.') return Error{"the domain '" + *prepared + "' ends with a dot"};
  if (auto checked = check_domain(*prepared); !checked) return checked.error();
  jid.domain = std::move(*prepared);
  if (at != std::string_view::npos) {
    auto node = prepare(bare.substr(0, at), stringprep_xmpp_nodeprep, "localpart");
    if (!node) return node.error();
    jid.node = std::move(*node);
  }
  if (slash != std::string_view::npos) {
    auto resource = prepare(text.substr(slash + 1), stringprep_xmpp_resourceprep, "resource");
    if (!resource) return resource.error();
    jid.resource = std::move(*resource);
  }
  return jid;
}

Result<std::string> prepared(std::string text) {
  if (is_prepared(text)) return text;
  const auto jid = Jid::parse(text);
  if (!jid) return jid.error();
  return jid->full();
}

std::string_view bare_of(std::string_view jid) {
  return jid.substr(0, jid.find('/'));
}

std::string_view domain_of(std::string_view jid) {
  const std::string_view bare = bare_of(jid);
  const size_t at = bare.find('@');
  return at == std::string_view::npos ? bare : bare.substr(at + 1);
}

Result<std::string> saslprep(std::string_view text) {
  if (text.empty()) return std::string();
  return prepare(text, stringprep_saslprep, "credential");
}

}  // namespace restanza::xmpp
