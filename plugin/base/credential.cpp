// SPDX-License-Identifier: MIT
#include "base/credential.h"

#include <cstdlib>

#include "base/file.h"
#include "base/str.h"

namespace restanza {
namespace {

// Where credentials are, for a file that is one; else empty.
std::string directory_of(const std::string& file) {
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  return directory && !file.empty() && file.find('/') == std::string::npos ? directory : "";
}

}  // namespace

std::string credential_path(const std::string& file) {
  const std::string directory = directory_of(file);
  return directory.empty() ? file : directory + "/" + file;
}

Result<std::string> read_secret(const std::string& file) {
  const std::string content = read_file(credential_path(file)).value_or("");
  const std::string secret(trim(content));
  if (!secret.empty()) return secret;
  if (directory_of(file).empty()) return Error{"names '" + file + "', which is empty or cannot be read"};
  return Error{"names '" + file + "', which is empty or is no credential of this service: pass it with " +
               "LoadCredential=" + file + ":/path/to/a/file in the unit, or write a path here"};
}

}  // namespace restanza
