// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/http_config.h"

#include "base/credential.h"
#include "config/config.h"
#include "net/tls_identity.h"

namespace restanza::host {
namespace {

constexpr uint64_t kMaxConnections = 1'000'000;
constexpr uint64_t kMaxSeconds = 86'400;

void read_listen(TomlReader& reader, FrontSettings& http) {
  const auto texts = reader.one_or_more("listen");
  if (texts.size() > FrontSettings::kMaxListeners)
    reader.fail("listen", "holds more than " + std::to_string(FrontSettings::kMaxListeners) + " addresses");
  std::vector<ListenAddress> addresses;
  for (const std::string& text : texts) {
    auto address = parse_listen_address(text);
    if (!address) return reader.fail("listen", address.error().text);
    addresses.push_back(std::move(*address));
  }
  if (!addresses.empty()) http.listen = std::move(addresses);
}

void read_tls(TomlReader& reader, FrontSettings& http) {
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

void read_count(TomlReader& reader, const char* key, size_t& into, uint64_t least, uint64_t most) {
  uint64_t count = into;
  reader.count(key, count, least, most);
  into = static_cast<size_t>(count);
}

void read_seconds(TomlReader& reader, const char* key, std::chrono::milliseconds& into) {
  auto seconds = static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(into).count());
  reader.count(key, seconds, 1, kMaxSeconds);
  into = std::chrono::seconds(seconds);
}

}  // namespace

Result<void> read_http(const toml::table& table, const std::string& file, FrontSettings& http) {
  TomlReader reader(table, file, "http.");
  read_listen(reader, http);
  read_tls(reader, http);
  auto proxies = TrustedProxies::parse(reader.list("trusted_proxies"));
  if (!proxies) {
    reader.fail("trusted_proxies", proxies.error().text);
  } else {
    http.trusted_proxies = std::move(*proxies);
  }
  read_count(reader, "max_connections", http.max_connections, 1, kMaxConnections);
  read_count(reader, "max_header_bytes", http.max_header_bytes, 1024, 1024 * 1024);
  read_count(reader, "max_request_memory", http.max_request_memory, 1024 * 1024, uint64_t{1} << 40);
  read_seconds(reader, "request_time", http.request_time);
  read_seconds(reader, "idle_time", http.idle_time);
  return reader.finish();
}

}  // namespace restanza::host
