// SPDX-License-Identifier: MIT
// Certificates and keys that a test makes for itself, as PEM.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstring>
#include <fstream>
#include <string>

namespace restanza {

struct Pem {
  std::string certificate;
  std::string key;
};

inline std::string text_of(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  std::string text(bytes, static_cast<size_t>(size));
  BIO_free(bio);
  return text;
}

// Self-signed, valid from an hour ago for `hours`; with a passphrase, the key is encrypted.
inline Pem make_pem(const std::string& name, int hours = 24, const char* passphrase = nullptr) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), (hours - 1) * 3600L);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  Pem pem;
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(out, certificate);
  pem.certificate = text_of(out);
  out = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(out, key, passphrase ? EVP_aes_128_cbc() : nullptr, passphrase,
                                passphrase ? static_cast<int>(std::strlen(passphrase)) : 0, nullptr, nullptr);
  pem.key = text_of(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return pem;
}

inline std::string write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::trunc) << text;
  return path;
}

}  // namespace restanza
