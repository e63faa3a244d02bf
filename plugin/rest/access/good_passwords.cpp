// SPDX-License-Identifier: MIT
#include "rest/access/good_passwords.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <utility>

#include "base/random.h"

namespace restanza::rest {
namespace {

// The name's length keeps "a" with "bc" and "ab" with "c" apart. Whoever reads this process's memory finds no
// password in the table; and nobody outside can choose or know what a key of the table is.
std::string keyed_digest(std::string_view name, std::string_view password) {
  static const std::string key = random_bytes(32);
  std::string claimed = std::to_string(name.size()) + ":";
  claimed.append(name).append(password);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const auto* const made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(claimed.data()), claimed.size(), digest, &size);
  return made ? std::string(reinterpret_cast<const char*>(digest), size) : std::string();
}

}  // namespace

void GoodPasswords::forget_old() {
  const Instant now = clock_.now();
  while (good_.size() > 0 && good_.idlest().until <= now) good_.drop_idlest();
}

std::optional<std::string> GoodPasswords::account(std::string_view name, std::string_view password) {
  const std::string digest = keyed_digest(name, password);
  const std::lock_guard<std::mutex> lock(mutex_);
  forget_old();
  const Good* const known = good_.find(digest);
  return known ? std::optional(known->bare_jid) : std::nullopt;
}

void GoodPasswords::remember(std::string_view name, std::string_view password, std::string bare_jid) {
  const std::string digest = keyed_digest(name, password);
  if (digest.empty()) return;  // OpenSSL has no HMAC here: then each password is checked
  const std::lock_guard<std::mutex> lock(mutex_);
  forget_old();
  Good& known = good_.use(digest);
  known.bare_jid = std::move(bare_jid);
  known.until = clock_.now() + kMemory;
}

}  // namespace restanza::rest
