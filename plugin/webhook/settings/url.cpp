// SPDX-License-Identifier: MIT
#include "webhook/settings/url.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/str.h"

namespace restanza::webhook {
namespace {

constexpr std::string_view kHostCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";

bool printable(char c) {
  return c > ' ' && c < '\x7f';
}

// What an error may show: the user part can hold a password.
std::string shown(std::string_view text) {
  const size_t scheme = text.find("://");
  const size_t start = scheme == std::string_view::npos ? 0 : scheme + 3;
  const size_t end = std::min(text.find_first_of("/?#", start), text.size());
  const size_t at = text.substr(0, end).rfind('@');
  std::string out(text);
  if (at != std::string_view::npos && at >= start) out.replace(start, at - start, "***");
  std::replace_if(
      out.begin(), out.end(), [](char c) { return !printable(c); }, '?');
  return "'" + out + "'";
}

bool ipv6(const std::string& address) {
  in6_addr parsed;
  return inet_pton(AF_INET6, address.c_str(), &parsed) == 1;
}

// "user:password" as RFC 7617 sends it; absent where the percent-encoding is broken.
std::optional<std::string> basic(std::string_view user_part) {
  const size_t colon = std::min(user_part.find(':'), user_part.size());
  const auto user = percent_decode(user_part.substr(0, colon));
  const auto password =
      percent_decode(colon < user_part.size() ? user_part.substr(colon + 1) : std::string_view());
  if (!user || !password || user->find(':') != std::string::npos) return std::nullopt;
  return "Basic " + base64(*user + ":" + *password);
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  const auto wrong = [&](const std::string& what) { return Error{shown(text) + " " + what}; };
  if (!std::all_of(text.begin(), text.end(), printable)) {
    return wrong("holds spaces, control characters or non-ASCII letters: write them percent-encoded");
  }
  const size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return wrong("has no scheme: begin it with http:// or https://");
  const std::string scheme = ascii_lower(text.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https") {
    return wrong("has the scheme '" + scheme + "': use http or https");
  }
  Url url;
  url.tls = scheme == "https";
  url.port = url.tls ? 443 : 80;

  std::string_view rest = text.substr(scheme_end + 3);
  const size_t authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, authority_end);
  rest.remove_prefix(authority_end);
  if (rest.find('#') != std::string_view::npos) {
    return wrong("has a fragment, which is never sent: leave out '#' and what follows");
  }
  url.target = rest.empty() || rest.front() == '?' ? "/" + std::string(rest) : std::string(rest);

  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const auto authorization = basic(authority.substr(0, at));
    if (!authorization) return wrong("has a user part with a broken percent-encoding or a colon in the name");
    url.authorization = *authorization;
    authority.remove_prefix(at + 1);
  }

  std::string_view after_host;
  if (!authority.empty() && authority.front() == '[') {
    const size_t close = authority.find(']');
    if (close == std::string_view::npos) return wrong("has a '[' without ']': close the IPv6 address");
    url.host = std::string(authority.substr(1, close - 1));
    if (!ipv6(url.host)) return wrong("has no IPv6 address between '[' and ']'");
    after_host = authority.substr(close + 1);
  } else {
    const size_t colon = std::min(authority.find(':'), authority.size());
    url.host = ascii_lower(authority.substr(0, colon));
    after_host = authority.substr(colon);
    if (url.host.empty()) return wrong("has no host: write http://host/path");
    if (url.host.find_first_not_of(kHostCharacters) != std::string::npos) {
      return wrong(
          "has a host with characters that no host name has; {fields} may stand after the host only");
    }
  }
  if (!after_host.empty()) {
    const auto port = parse_number(after_host.substr(1));
    if (after_host.front() != ':' || !port || *port == 0 || *port > 65535) {
      return wrong("has a wrong port: write a number from 1 to 65535 after the host and a colon");
    }
    url.port = static_cast<uint16_t>(*port);
  }
  return url;
}

std::string Url::origin() const {
  const bool brackets = host.find(':') != std::string::npos;
  return (tls ? "https://" : "http://") + (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace restanza::webhook
