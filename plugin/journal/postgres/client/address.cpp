// SPDX-License-Identifier: MIT
#include "journal/postgres/client/address.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "base/str.h"

namespace restanza::journal::postgres {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

// Seconds of a server that does not answer to a connection, or not any more.
constexpr std::pair<const char*, const char*> kUnlessSaid[] = {{"target_session_attrs", "read-write"},
                                                               {"connect_timeout", "3"},
                                                               {"client_encoding", "UTF8"},
                                                               {"keepalives_idle", "5"},
                                                               {"keepalives_interval", "2"},
                                                               {"keepalives_count", "3"},
                                                               {"tcp_user_timeout", "10000"},
                                                               {"fallback_application_name", "restanza"}};

std::string value_of(const Parameters& parameters, std::string_view keyword) {
  for (const auto& [name, value] : parameters) {
    if (name == keyword) return value;
  }
  return {};
}

// As libpq does, where the text does not say it.
std::string said(const Parameters& parameters, std::string_view keyword, const char* variable) {
  std::string value = value_of(parameters, keyword);
  if (!value.empty()) return value;
  const char* const found = std::getenv(variable);
  return found ? found : "";
}

bool on_this_machine(std::string_view host) {
  return host.empty() || host[0] == '/' || host[0] == '@' || host == "localhost" || host == "::1" ||
         host.substr(0, 4) == "127.";
}

// A service file may name any server, and is read by libpq alone.
bool all_on_this_machine(const Parameters& parameters) {
  if (!said(parameters, "service", "PGSERVICE").empty()) return false;
  const std::string addresses = said(parameters, "hostaddr", "PGHOSTADDR");
  const std::string hosts = addresses.empty() ? said(parameters, "host", "PGHOST") : addresses;
  const auto each = split(hosts, ',');
  return std::all_of(each.begin(), each.end(), on_this_machine);
}

std::string name_of(const Parameters& parameters) {
  const std::string service = said(parameters, "service", "PGSERVICE");
  if (!service.empty()) return "PostgreSQL service '" + service + "'";
  std::string hosts = said(parameters, "host", "PGHOST");
  if (hosts.empty()) hosts = said(parameters, "hostaddr", "PGHOSTADDR");
  const std::string database = said(parameters, "dbname", "PGDATABASE");
  return "PostgreSQL database '" + (database.empty() ? "(the user's name)" : database) + "' on '" +
         (hosts.empty() ? "(this machine)" : hosts) + "'";
}

Result<void> require_tls(Parameters& parameters) {
  if (all_on_this_machine(parameters)) return {};
  const std::string mode = said(parameters, "sslmode", "PGSSLMODE");
  if (mode.empty()) {
    parameters.emplace_back("sslmode", "verify-full");
    return {};
  }
  if (mode != "allow" && mode != "prefer") return {};
  return Error{"sslmode=" + mode +
               " may go on without TLS, and the server is on a network: leave it out, which verifies the "
               "certificate (verify-full), or name 'verify-ca', 'require' or 'disable'"};
}

}  // namespace

bool is_address(const std::string& text) {
  return text.rfind("postgresql://", 0) == 0 || text.rfind("postgres://", 0) == 0 ||
         text.find('=') != std::string::npos;
}

Result<Address> read_address(const std::string& text) {
  char* why = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(text.c_str(), &why));
  if (why) PQfreemem(why);  // it repeats parts of the text
  if (!options) {
    return Error{
        "is no connection string of libpq: it is written as \"postgresql://USER@HOST/DATABASE\", with what "
        "is "
        "special in a value percent-encoded, or as \"host=HOST dbname=DATABASE user=USER\""};
  }
  Address address;
  for (const PQconninfoOption* option = options.get(); option->keyword; ++option) {
    if (option->val && *option->val) address.parameters.emplace_back(option->keyword, option->val);
  }
  if (auto safe = require_tls(address.parameters); !safe) return safe.error();
  address.name = name_of(address.parameters);
  for (const auto& [keyword, value] : kUnlessSaid) {
    if (value_of(address.parameters, keyword).empty()) address.parameters.emplace_back(keyword, value);
  }
  return address;
}

}  // namespace restanza::journal::postgres
