// SPDX-License-Identifier: MIT
#include "rest/access/digest.h"

#include <openssl/evp.h>

#include <memory>

namespace restanza::rest {

std::string sha256(std::string_view text) {
  // Fetched once: EVP_sha256() would be looked up among the providers at every use.
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> kind(EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                                                    EVP_MD_free);
  std::string digest(32, '\0');
  unsigned int size = 0;
  // The destination holds a SHA-256; the call fails only where OpenSSL lacks it, and then nothing matches.
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, kind.get(),
             nullptr);
  return digest;
}

}  // namespace restanza::rest
