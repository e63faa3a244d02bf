// SPDX-License-Identifier: MIT
#include "webhook/settings/signing_key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <optional>

#include "base/str.h"

namespace restanza::webhook {
namespace {

constexpr std::string_view kSymmetric = "whsec_", kPrivate = "whsk_", kPublic = "whpk_";
constexpr size_t kLeastSecret = 24, kMostSecret = 64;  // bytes
constexpr size_t kSeed = 32, kPublicKey = 32, kSignature = 64;

struct OpensslDeleter {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
template <class T>
using Owned = std::unique_ptr<T, OpensslDeleter>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

std::string_view without(std::string_view prefix, std::string_view text) {
  return text.substr(0, prefix.size()) == prefix ? text.substr(prefix.size()) : text;
}

// The keyed state is made once; a signature begins with a copy of it.
class Hmac final : public SigningKey {
 public:
  explicit Hmac(std::string_view secret) {
    const Owned<EVP_MAC> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    if (mac) keyed_.reset(EVP_MAC_CTX_new(mac.get()));
    std::string digest = "SHA256";
    const OSSL_PARAM with[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                               OSSL_PARAM_construct_end()};
    if (keyed_ && EVP_MAC_init(keyed_.get(), bytes_of(secret), secret.size(), with) != 1) keyed_.reset();
  }
  bool usable() const { return keyed_ != nullptr; }

  std::string sign(std::string_view content) const override {
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    size_t size = 0;
    const Owned<EVP_MAC_CTX> context(EVP_MAC_CTX_dup(keyed_.get()));
    const bool done = context && EVP_MAC_update(context.get(), bytes_of(content), content.size()) == 1 &&
                      EVP_MAC_final(context.get(), bytes_of(digest), &size, digest.size()) == 1;
    digest.resize(done ? size : 0);
    return "v1," + base64(digest);
  }
  std::string public_key() const override { return {}; }

 private:
  Owned<EVP_MAC_CTX> keyed_;
};

class Ed25519 final : public SigningKey {
 public:
  explicit Ed25519(std::string_view seed)
      : key_(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(seed), seed.size())),
        public_(kPublicKey, '\0') {
    size_t size = public_.size();
    if (!key_ || EVP_PKEY_get_raw_public_key(key_.get(), bytes_of(public_), &size) != 1) public_.clear();
  }
  const std::string& public_bytes() const { return public_; }  // empty: not usable

  std::string sign(std::string_view content) const override {
    std::string signature(kSignature, '\0');
    size_t size = signature.size();
    const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
    const bool done =
        context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
        EVP_DigestSign(context.get(), bytes_of(signature), &size, bytes_of(content), content.size()) == 1;
    signature.resize(done ? size : 0);
    return "v1a," + base64(signature);
  }
  std::string public_key() const override { return std::string(kPublic) + base64(public_); }

 private:
  const Owned<EVP_PKEY> key_;
  std::string public_;
};

using Made = Result<std::shared_ptr<const SigningKey>>;

Made make_hmac(const std::optional<std::string>& bytes) {
  if (!bytes || bytes->size() < kLeastSecret || bytes->size() > kMostSecret) {
    return Error{
        "must be whsec_ and the base64 of 24 to 64 random bytes: make them with 'openssl rand -base64 32'"};
  }
  auto key = std::make_shared<const Hmac>(*bytes);
  if (!key->usable()) return Error{"cannot be used: OpenSSL has no HMAC-SHA256 here"};
  return Made(std::move(key));
}

Made make_ed25519(const std::optional<std::string>& bytes) {
  if (!bytes || (bytes->size() != kSeed && bytes->size() != kSeed + kPublicKey)) {
    return Error{
        "is no Ed25519 key: write whsk_ and the base64 of its 32 bytes, or of these and the 32 of the public "
        "key"};
  }
  auto key = std::make_shared<const Ed25519>(std::string_view(*bytes).substr(0, kSeed));
  if (key->public_bytes().empty()) return Error{"cannot be used: OpenSSL has no Ed25519 here"};
  if (bytes->size() > kSeed && bytes->substr(kSeed) != key->public_bytes()) {
    return Error{"has a public key behind the private one that does not belong to it: leave it out"};
  }
  return Made(std::move(key));
}

}  // namespace

Made SigningKey::make(std::string_view secret) {
  if (without(kPublic, secret) != secret) {
    return Error{"is a public key, which cannot sign: give the private one, which begins with whsk_"};
  }
  const std::string_view seed = without(kPrivate, secret);
  return seed != secret ? make_ed25519(base64_decode(seed))
                        : make_hmac(base64_decode(without(kSymmetric, secret)));
}

}  // namespace restanza::webhook
