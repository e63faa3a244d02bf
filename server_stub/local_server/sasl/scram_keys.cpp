// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/sasl/scram_keys.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/constant_time.h"
#include "base/str.h"

namespace restanza::host::local {
namespace {

constexpr size_t kSha1Bytes = 20;

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hmac(const EVP_MD* digest, std::string_view key, std::string_view bytes) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(digest, key.data(), static_cast<int>(key.size()), octets(bytes), bytes.size(), out, &size);
  return std::string(reinterpret_cast<char*>(out), size);
}

}  // namespace

std::string sha1(std::string_view bytes) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), out, &size, EVP_sha1(), nullptr);
  return std::string(reinterpret_cast<char*>(out), size);
}

std::string hmac_sha1(std::string_view key, std::string_view bytes) {
  return hmac(EVP_sha1(), key, bytes);
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  return hmac(EVP_sha256(), key, bytes);
}

std::string exclusive_or(std::string_view a, std::string_view b) {
  std::string out(a);
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>(out[i] ^ b[i]);
  return out;
}

ScramKeys derive_keys(std::string_view password, std::string_view salt, unsigned iterations) {
  unsigned char salted[kSha1Bytes];
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), octets(salt),
                    static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha1(), sizeof salted,
                    salted);
  const std::string_view key(reinterpret_cast<char*>(salted), sizeof salted);
  return {sha1(hmac_sha1(key, "Client Key")), hmac_sha1(key, "Server Key")};
}

bool proof_holds(const ScramKeys& keys, std::string_view auth_message, std::string_view proof) {
  if (proof.size() != kSha1Bytes) return false;
  const std::string signature = hmac_sha1(keys.stored_key, auth_message);
  return constant_time_equal(sha1(exclusive_or(proof, signature)), keys.stored_key);
}

}  // namespace restanza::host::local
