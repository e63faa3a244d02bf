// SPDX-License-Identifier: MIT
#include "rest/digest.h"

#include <openssl/evp.h>

namespace restanza::rest {

std::string sha256(std::string_view text) {
  std::string digest(32, '\0');
  unsigned int size = 0;
  // The destination holds a SHA-256; the call fails only where OpenSSL lacks it, and then nothing matches.
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(&digest[0]), &size, EVP_sha256(),
             nullptr);
  return digest;
}

}  // namespace restanza::rest
