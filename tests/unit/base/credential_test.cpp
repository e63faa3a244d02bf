// SPDX-License-Identifier: MIT
#include "base/credential.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/catch.h"

using namespace restanza;

namespace {

// A directory of credentials as systemd makes one, and the variable that names it.
class Credentials {
 public:
  Credentials() {
    REQUIRE(mkdtemp(path.data()) != nullptr);
    REQUIRE(setenv("CREDENTIALS_DIRECTORY", path.c_str(), 1) == 0);
  }
  ~Credentials() {
    unsetenv("CREDENTIALS_DIRECTORY");
    std::filesystem::remove_all(path);
  }
  void put(const std::string& name, const std::string& content) const {
    std::ofstream(path + "/" + name) << content;
  }

  std::string path = "/tmp/restanza-credentials-XXXXXX";
};

std::string refusal(const std::string& file) {
  const auto secret = read_secret(file);
  return secret ? "read" : secret.error().text;
}

}  // namespace

TEST_CASE("a name without a slash is a credential, where the service has any") {
  const Credentials credentials;
  credentials.put("link-secret", "s3cret\n");
  CHECK(credential_path("link-secret") == credentials.path + "/link-secret");
  const auto secret = read_secret("link-secret");
  REQUIRE(secret);
  CHECK(*secret == "s3cret");
}

TEST_CASE("a path stays a path beside credentials, and a name is one where there are none") {
  CHECK(credential_path("link-secret") == "link-secret");
  const Credentials credentials;
  CHECK(credential_path("/etc/restanza/link-secret") == "/etc/restanza/link-secret");
  CHECK(credential_path("./link-secret") == "./link-secret");
  CHECK(credential_path("") == "");
}

TEST_CASE("a credential that is missing or empty is named, and how the unit passes it") {
  const Credentials credentials;
  credentials.put("empty", " \n");
  for (const std::string name : {"missing", "empty"}) {
    CHECK(refusal(name) == "names '" + name +
                               "', which is empty or is no credential of this service: pass it with "
                               "LoadCredential=" +
                               name + ":/path/to/a/file in the unit, or write a path here");
  }
  CHECK(refusal("/nonexistent") == "names '/nonexistent', which is empty or cannot be read");
}
