// SPDX-License-Identifier: MIT
// Certificates and keys in files, and what is said about those that cannot be used.
#include "net/tls_identity.h"

#include <filesystem>

#include "support/catch.h"
#include "support/directory.h"
#include "support/pem.h"

using namespace restanza;
using host::TlsIdentity;

namespace {

struct Files {
  Directory directory;
  Pem pem = make_pem("first");
  std::string certificate = write_file(directory.path() + "/certificate.pem", pem.certificate);
  std::string key = write_file(directory.path() + "/key.pem", pem.key);

  // "certificate: names ..." or "key: names ..."
  std::string fault() const {
    const auto loaded = TlsIdentity::load(certificate, key, "http/1.1");
    if (loaded) return "accepted";
    return (loaded.error().of == TlsIdentity::Fault::Of::key ? "key: " : "certificate: ") +
           loaded.error().text;
  }
};

}  // namespace

TEST_CASE("a certificate and its key are taken from two files or from one") {
  Files files;
  CHECK(files.fault() == "accepted");
  files.certificate = files.key =
      write_file(files.directory.path() + "/both.pem", files.pem.key + files.pem.certificate);
  CHECK(files.fault() == "accepted");
  write_file(files.key, files.pem.certificate + make_pem("authority").certificate + files.pem.key);
  CHECK(files.fault() == "accepted");
}

TEST_CASE("a file that is not there, or no file, is named with the reason") {
  Files files;
  const std::string path = files.directory.path();
  files.key = path + "/none";
  CHECK(files.fault() == "key: names '" + path + "/none', which cannot be read: No such file or directory");
  files.certificate = path;
  CHECK(files.fault() ==
        "certificate: names '" + path + "', which cannot be read: it is no file, or larger than 1 MiB");
}

TEST_CASE("a file that holds no PEM of the kind is named") {
  Files files;
  const auto begins = [&](const std::string& with) {
    const std::string fault = files.fault();
    CAPTURE(fault);
    return fault.compare(0, with.size(), with) == 0;
  };
  write_file(files.certificate, "no PEM\n");
  CHECK(begins("certificate: names '" + files.certificate + "', which holds no certificate in PEM: "));
  write_file(files.certificate, files.pem.key);
  CHECK(begins("certificate: names '" + files.certificate + "', which holds no certificate in PEM: "));
  write_file(files.certificate, "");
  CHECK(begins("certificate: names '" + files.certificate + "', which holds no certificate in PEM: "));
  write_file(files.certificate, files.pem.certificate);
  write_file(files.key, files.pem.certificate);
  CHECK(begins("key: names '" + files.key + "', which holds no private key in PEM: "));
  write_file(files.key, files.pem.key.substr(0, files.pem.key.size() / 2));
  CHECK(begins("key: names '" + files.key + "', which holds no private key in PEM: "));
}

TEST_CASE("a chain that breaks off behind the certificate is damaged") {
  Files files;
  const std::string next = make_pem("authority").certificate;
  write_file(files.certificate, files.pem.certificate + next.substr(0, next.size() / 2));
  CHECK(files.fault().find("whose chain is damaged: ") != std::string::npos);
}

TEST_CASE("a key with a passphrase is refused, and nobody is asked for it") {
  Files files;
  const Pem locked = make_pem("locked", 24, "secret");
  write_file(files.certificate, locked.certificate);
  write_file(files.key, locked.key);
  CHECK(files.fault() ==
        "key: names '" + files.key +
            "', whose key has a passphrase: write it without one, readable for this program only");
}

TEST_CASE("a key that belongs to another certificate is refused") {
  Files files;
  write_file(files.key, make_pem("another").key);
  CHECK(files.fault() == "key: names '" + files.key + "', whose key does not belong to the certificate in '" +
                             files.certificate +
                             "': take the two that were made together, the server's own certificate first");
}

TEST_CASE("the files' content decides whether an identity is the same, and their dates whether it is valid") {
  Files files;
  const auto load = [&] {
    auto loaded = TlsIdentity::load(files.certificate, files.key, "http/1.1");
    REQUIRE(loaded);
    return *loaded;
  };
  const auto first = load();
  CHECK(first->same_as(*load()));
  CHECK(first->valid_now());
  const Pem ended = make_pem("ended", 0);
  write_file(files.certificate, ended.certificate);
  write_file(files.key, ended.key);
  const auto second = load();
  CHECK_FALSE(first->same_as(*second));
  CHECK_FALSE(second->valid_now());
  CHECK(second->expiry().find(" GMT") != std::string::npos);
}
