// SPDX-License-Identifier: MIT
#include "webhook/settings/signature.h"

#include <openssl/evp.h>

#include <thread>

#include "base/str.h"
#include "support/catch.h"

using namespace restanza;
using namespace restanza::webhook;

namespace {

// RFC 8032 section 7.1, test 2: the message is one byte.
const std::string kSeed = *hex_decode("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
const std::string kPublic = *hex_decode("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
const std::string kSignature = *hex_decode(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");

// The known answer that the Standard Webhooks libraries share.
const std::string kSecret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const std::string kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const WallTime kTime = std::chrono::system_clock::from_time_t(1614265330);
const std::string kBody = R"({"test": 2432232314})";
const std::string kKnown = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

std::string key_of(size_t bytes) {
  return base64(std::string(bytes, '\x42'));
}

Signer signer_of(const std::vector<std::string>& secrets) {
  const auto signer = Signer::make(secrets);
  REQUIRE(signer);
  return *signer;
}

std::string signatures(const std::vector<std::string>& secrets) {
  return signer_of(secrets).headers(kId, kTime, kBody).at(2).second;
}

std::string refusal(const std::string& secret) {
  const auto signer = Signer::make({secret});
  return signer ? "accepted" : signer.error().text;
}

bool verifies(const std::string& signature, const std::string& content) {
  EVP_PKEY* key = EVP_PKEY_new_raw_public_key(
      EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(kPublic.data()), kPublic.size());
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, key);
  const bool verified =
      EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                       reinterpret_cast<const unsigned char*>(content.data()), content.size()) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return verified;
}

}  // namespace

TEST_CASE("the known answer of Standard Webhooks comes out, with the secret's prefix and without") {
  for (const std::string& secret : {kSecret, "whsec_" + kSecret}) {
    const auto headers = signer_of({secret}).headers(kId, kTime, kBody);
    REQUIRE(headers.size() == 3);
    CHECK(headers[0] == http::Header("webhook-id", kId));
    CHECK(headers[1] == http::Header("webhook-timestamp", "1614265330"));
    CHECK(headers[2] == http::Header("webhook-signature", kKnown));
  }
}

TEST_CASE("without secrets a request has an id and a time, and no signature") {
  const auto headers = signer_of({}).headers(kId, kTime, kBody);
  REQUIRE(headers.size() == 2);
  CHECK(headers[0].first == "webhook-id");
  CHECK(headers[1].first == "webhook-timestamp");
  CHECK(signer_of({}).public_keys().empty());
}

TEST_CASE("Ed25519 signs as RFC 8032 shows") {
  const auto key = SigningKey::make("whsk_" + base64(kSeed));
  REQUIRE(key);
  CHECK((*key)->sign("\x72") == "v1a," + base64(kSignature));
  CHECK((*key)->public_key() == "whpk_" + base64(kPublic));
}

TEST_CASE("an Ed25519 signature covers id, time and body") {
  const std::string text = signatures({"whsk_" + base64(kSeed)});
  REQUIRE(text.substr(0, 4) == "v1a,");
  const std::string signature = *base64_decode(text.substr(4));
  CHECK(verifies(signature, kId + ".1614265330." + kBody));
  CHECK_FALSE(verifies(signature, kId + ".1614265331." + kBody));
}

TEST_CASE("every secret signs, in the order given") {
  const std::string ed25519 = "whsk_" + base64(kSeed);
  CHECK(signatures({"whsec_" + key_of(24), kSecret}) == signatures({key_of(24)}) + " " + kKnown);
  CHECK(signatures({ed25519, kSecret}) == signatures({ed25519}) + " " + kKnown);
  CHECK(signer_of({kSecret, ed25519}).public_keys() == std::vector<std::string>{"whpk_" + base64(kPublic)});
}

TEST_CASE("an Ed25519 key may have its public key behind it, which must belong to it") {
  CHECK(signatures({"whsk_" + base64(kSeed + kPublic)}) == signatures({"whsk_" + base64(kSeed)}));
  CHECK(refusal("whsk_" + base64(kSeed + kSeed)) ==
        "'secrets[0]' has a public key behind the private one that does not belong to it: leave it out");
}

TEST_CASE("keys of a wrong length are refused, and the limits are not") {
  for (const size_t good : {24, 64}) CHECK(refusal("whsec_" + key_of(good)) == "accepted");
  for (const size_t bad : {0, 23, 65}) {
    CHECK(refusal("whsec_" + key_of(bad)) ==
          "'secrets[0]' must be whsec_ and the base64 of 24 to 64 random bytes: make them with 'openssl rand "
          "-base64 32'");
    CHECK_THAT(refusal(key_of(bad)), Contains("24 to 64 random bytes"));
  }
  for (const size_t bad : {0, 31, 33, 63, 65}) {
    CHECK_THAT(refusal("whsk_" + key_of(bad)), Contains("'secrets[0]' is no Ed25519 key: write whsk_"));
  }
}

TEST_CASE("a public key given for a private one is told apart") {
  CHECK(refusal("whpk_" + base64(kPublic)) ==
        "'secrets[0]' is a public key, which cannot sign: give the private one, which begins with whsk_");
}

TEST_CASE("no error shows a secret") {
  const std::string secret = "hunter2hunter2";
  for (const std::string prefix : {"", "whsec_", "whsk_", "whpk_"}) {
    const auto signer = Signer::make({kSecret, prefix + secret + "!"});
    REQUIRE_FALSE(signer);
    CHECK_THAT(signer.error().text, Contains("'secrets[1]'"));
    CHECK_THAT(signer.error().text, !Contains("hunter2"));
  }
}

TEST_CASE("as many secrets sign as there is room for in a header") {
  CHECK(Signer::make(std::vector<std::string>(Signer::kMaxSecrets, kSecret)));
  const auto more = Signer::make(std::vector<std::string>(Signer::kMaxSecrets + 1, kSecret));
  REQUIRE_FALSE(more);
  CHECK(more.error().text == "'secrets' has 17 entries: keep the newest, at most 16");
}

TEST_CASE("many threads sign with one signer at once") {
  const Signer signer = signer_of({kSecret, "whsk_" + base64(kSeed)});
  const auto expected = signer.headers(kId, kTime, kBody);
  std::vector<std::thread> threads;
  std::vector<int> equal(4, 0);
  for (int& count : equal) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) count += signer.headers(kId, kTime, kBody) == expected ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(equal == std::vector<int>(4, 50));
}
