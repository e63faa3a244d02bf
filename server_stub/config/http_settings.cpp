// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "base/credential.h"
#include "config/host_settings.h"
#include "config/toml_reader.h"
#include "http_front/settings.h"
#include "net/tls_identity.h"

namespace restanza::host {
namespace {

constexpr uint64_t kMaxConnections = 1'000'000;
constexpr uint64_t kMaxSeconds = 86'400;

void read_listen(TomlReader& reader, const char* key, FrontSettings& http) {
  const auto texts = reader.one_or_more(key);
  if (texts.size() > FrontSettings::kMaxListeners)
    reader.fail(key, "holds more than " + std::to_string(FrontSettings::kMaxListeners) + " addresses");
  std::vector<ListenAddress> addresses;
  for (const std::string& text : texts) {
    auto address = parse_listen_address(text);
    if (!address) return reader.fail(key, address.error().text);
    addresses.push_back(std::move(*address));
  }
  if (!addresses.empty()) http.listen = std::move(addresses);
}

bool same_listen(const FrontSettings& a, const FrontSettings& b) {
  return std::equal(a.listen.begin(), a.listen.end(), b.listen.begin(), b.listen.end(),
                    [](const auto& one, const auto& other) {
                      return one.host == other.host && one.port == other.port && one.path == other.path;
                    });
}

// Reads the certificate and its key, which make sense together only.
void read_tls(TomlReader& reader, const char*, FrontSettings& http) {
  std::string certificate, key;
  reader.text("certificate", certificate);
  reader.text("key", key);
  if (certificate.empty() && key.empty()) return;
  if (key.empty())
    return reader.fail("certificate", "needs 'http.key' beside it, the file of its private key");
  if (certificate.empty())
    return reader.fail("key", "needs 'http.certificate' beside it, the file that it is for");
  auto identity = TlsIdentity::load(credential_path(certificate), credential_path(key), kHttpOverTls);
  if (!identity) {
    const bool of_key = identity.error().of == TlsIdentity::Fault::Of::key;
    return reader.fail(of_key ? "key" : "certificate", identity.error().text);
  }
  http.tls = std::move(*identity);
}

void read_proxies(TomlReader& reader, const char* key, FrontSettings& http) {
  auto proxies = TrustedProxies::parse(reader.list(key));
  if (!proxies) return reader.fail(key, proxies.error().text);
  http.trusted_proxies = std::move(*proxies);
}

}  // namespace

const Settings<FrontSettings>& http_settings() {
  using Row = settings::Setting<TomlReader, FrontSettings>;
  using Http = FrontSettings;
  static const auto all = [] {
    Settings<FrontSettings> rows = {
        Row::custom("listen", "text or list of texts", "`\"127.0.0.1:5280\"`",
                    "`\"ADDRESS:PORT\"`, `\"[IPv6]:PORT\"` or `\"unix:/path\"`, or at most 16 of them; port "
                    "0 picks a "
                    "free one",
                    read_listen)
            .compared(same_listen),
        Row::custom(
            "certificate", "text", "none",
            "a file in PEM; with `key`, every port speaks TLS; SIGHUP reads both files again, and only "
            "turning TLS on or off needs the restart",
            read_tls)
            .compared([](const Http& a, const Http& b) { return (a.tls == nullptr) == (b.tls == nullptr); }),
        Row::custom("key", "text", "none", "the private key of `certificate`, in PEM",
                    [](TomlReader&, const char*, Http&) {}),
        Row::custom(
            "trusted_proxies", "list of texts", "none",
            "whose `X-Forwarded-For` counts: addresses, networks, `\"unix\"` for everybody on a Unix socket",
            read_proxies)
            .compared(&Http::trusted_proxies),
        Row::count("max_connections", &Http::max_connections, 1, kMaxConnections,
                   "further ones are closed at once"),
        Row::count<size_t>("max_header_bytes", &Http::max_header_bytes, 1024, 1024 * 1024,
                           "request line and headers; past it 431"),
        Row::count(
            "max_request_memory", &Http::max_request_memory, 1024 * 1024, uint64_t{1} << 40,
            "bytes of all requests that have come in part, and as much for those that wait; past it 503"),
        Row::seconds("request_time", &Http::request_time, uint64_t{1}, kMaxSeconds,
                     "from a request's first byte to its last, then 408"),
        Row::seconds("idle_time", &Http::idle_time, uint64_t{1}, kMaxSeconds,
                     "between two requests of a connection"),
    };
    for (auto& setting : rows) setting.row.live = setting.row.key == "key";
    return rows;
  }();
  return all;
}

}  // namespace restanza::host
