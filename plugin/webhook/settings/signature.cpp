// SPDX-License-Identifier: MIT
#include "webhook/settings/signature.h"

namespace restanza::webhook {

Result<Signer> Signer::make(const std::vector<std::string>& secrets) {
  if (secrets.size() > kMaxSecrets) {
    return Error{"'secrets' has " + std::to_string(secrets.size()) + " entries: keep the newest, at most " +
                 std::to_string(kMaxSecrets)};
  }
  Signer signer;
  for (size_t i = 0; i < secrets.size(); ++i) {
    const auto key = SigningKey::make(secrets[i]);
    if (!key) return Error{"'secrets[" + std::to_string(i) + "]' " + key.error().text};
    signer.keys_.push_back(*key);
  }
  return signer;
}

std::vector<http::Header> Signer::headers(const std::string& id, WallTime now, std::string_view body) const {
  const auto since_epoch = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
  const std::string timestamp = std::to_string(since_epoch.count());
  std::vector<http::Header> headers;
  headers.reserve(3);
  headers.emplace_back("webhook-id", id);
  headers.emplace_back("webhook-timestamp", timestamp);
  if (keys_.empty()) return headers;
  std::string content = id + "." + timestamp + ".";
  content += body;
  std::string signatures;
  for (const auto& key : keys_) signatures += (signatures.empty() ? "" : " ") + key->sign(content);
  headers.emplace_back("webhook-signature", std::move(signatures));
  return headers;
}

std::vector<std::string> Signer::public_keys() const {
  std::vector<std::string> keys;
  for (const auto& key : keys_) {
    if (std::string text = key->public_key(); !text.empty()) keys.push_back(std::move(text));
  }
  return keys;
}

}  // namespace restanza::webhook
