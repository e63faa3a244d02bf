// SPDX-License-Identifier: MIT
#include "rest/routing/cross_origin.h"

#include <string>
#include <string_view>

#include "base/str.h"

namespace restanza::rest {
namespace {

constexpr size_t kMaxNamedValue = 100;  // bytes of a header that a refusal names

std::string quoted(std::string_view value) {
  return "'" + std::string(value.substr(0, kMaxNamedValue)) + "'";
}

// "example.org:8080" of "https://example.org:8080"; empty where there is none, as in "null".
std::string_view authority_of(std::string_view origin) {
  const size_t scheme = origin.find("://");
  return scheme == std::string_view::npos ? std::string_view() : origin.substr(scheme + 3);
}

// Whether the page came from where the request goes to. Browsers say so; those that are too old for it send
// the same host twice.
bool same_origin(const http::Request& request, std::string_view origin) {
  if (const auto site = request.header("Sec-Fetch-Site")) return *site == "same-origin";
  const std::string_view authority = authority_of(origin);
  return !authority.empty() && ascii_equal(authority, request.header("Host").value_or(""));
}

// Whether a page may send this without asking first (the Fetch standard's CORS-safelisted methods and
// Content-Types), as forms do. What it takes to be a form is sent so, whatever else the page says.
bool needs_no_preflight(const http::Request& request) {
  if (request.method == "GET" || request.method == "HEAD") return true;
  if (request.method != "POST") return false;
  const std::string_view given = request.header("Content-Type").value_or("");
  const std::string type = ascii_lower(trim(given.substr(0, given.find(';'))));
  return type.empty() || type == "application/x-www-form-urlencoded" || type == "text/plain" ||
         type.rfind("multipart/", 0) == 0;
}

// Whether the credentials are of the kind that a browser adds by itself (RFC 7617).
bool perhaps_added_by_browser(const http::Request& request) {
  constexpr std::string_view kBasic = "Basic";
  const std::string_view given = trim(request.header("Authorization").value_or(""));
  return ascii_equal(given.substr(0, given.find(' ')), kBasic);
}

Refusal not_allowed(std::string_view origin, Right right) {
  std::string text = "Pages of the origin " + quoted(origin) +
                     " may not ask here: add it to 'rest_cors_origins' if you trust them";
  if (right == Right::admin) text += "; '*' does not hold where the right 'admin' is needed";
  return refused::forbidden(std::move(text));
}

Refusal password_of_browser(std::string_view origin) {
  return refused::forbidden("A page of the origin " + quoted(origin) +
                            " may have sent this with a password that the browser knows: send JSON, or a "
                            "token (Bearer), or add the "
                            "origin to 'rest_cors_origins' by its name if you trust its pages");
}

Refusal sent_by_page(std::string_view site) {
  return refused::forbidden(
      "A page of elsewhere made the browser send this (Sec-Fetch-Site is " + quoted(site) +
      "): ask from a program, from the browser's address bar, or from a script of a page "
      "whose origin is in 'rest_cors_origins'");
}

}  // namespace

std::optional<Refusal> refused_page(const http::Request& request, const Asked& asked,
                                    const Origins& origins) {
  const auto origin = request.header("Origin");
  if (!origin) {
    const std::string_view site = request.header("Sec-Fetch-Site").value_or("none");
    const bool elsewhere = site != "none" && site != "same-origin";
    if (elsewhere && asked.acts) return sent_by_page(site);
    return std::nullopt;
  }
  if (same_origin(request, *origin) || origins.named(*origin)) return std::nullopt;
  if (!origins.allowed(*origin, asked.right)) return not_allowed(*origin, asked.right);
  if (asked.acts && needs_no_preflight(request) && perhaps_added_by_browser(request))
    return password_of_browser(*origin);
  return std::nullopt;
}

}  // namespace restanza::rest
