// SPDX-License-Identifier: MIT
#include "webhook/request/status_error.h"

namespace restanza::webhook {
namespace {

struct StatusRow {
  int status;
  const char* phrase;  // IANA's registry
  const char* type;
  const char* condition;  // after XEP-0086 where it has the code
};

constexpr StatusRow kStatusRows[] = {
    {300, "Multiple Choices", "cancel", "undefined-condition"},
    {301, "Moved Permanently", "cancel", "undefined-condition"},
    {302, "Found", "cancel", "undefined-condition"},
    {303, "See Other", "cancel", "undefined-condition"},
    {304, "Not Modified", "cancel", "undefined-condition"},
    {305, "Use Proxy", "cancel", "undefined-condition"},
    {307, "Temporary Redirect", "cancel", "undefined-condition"},
    {308, "Permanent Redirect", "cancel", "undefined-condition"},
    {400, "Bad Request", "modify", "bad-request"},
    {401, "Unauthorized", "auth", "not-authorized"},
    {402, "Payment Required", "auth", "payment-required"},
    {403, "Forbidden", "auth", "forbidden"},
    {404, "Not Found", "cancel", "item-not-found"},
    {405, "Method Not Allowed", "cancel", "not-allowed"},
    {406, "Not Acceptable", "modify", "not-acceptable"},
    {407, "Proxy Authentication Required", "auth", "registration-required"},
    {408, "Request Timeout", "wait", "remote-server-timeout"},
    {409, "Conflict", "cancel", "conflict"},
    {410, "Gone", "cancel", "gone"},
    {411, "Length Required", "modify", "bad-request"},
    {412, "Precondition Failed", "cancel", "conflict"},
    {413, "Content Too Large", "modify", "resource-constraint"},
    {414, "URI Too Long", "modify", "resource-constraint"},
    {415, "Unsupported Media Type", "cancel", "feature-not-implemented"},
    {416, "Range Not Satisfiable", "modify", "bad-request"},
    {417, "Expectation Failed", "cancel", "undefined-condition"},
    {418, "I'm a teapot", "cancel", "undefined-condition"},
    {421, "Misdirected Request", "cancel", "undefined-condition"},
    {422, "Unprocessable Content", "modify", "bad-request"},
    {423, "Locked", "wait", "resource-constraint"},
    {424, "Failed Dependency", "cancel", "undefined-condition"},
    {425, "Too Early", "cancel", "undefined-condition"},
    {426, "Upgrade Required", "cancel", "undefined-condition"},
    {428, "Precondition Required", "cancel", "undefined-condition"},
    {429, "Too Many Requests", "wait", "resource-constraint"},
    {431, "Request Header Fields Too Large", "modify", "resource-constraint"},
    {451, "Unavailable For Legal Reasons", "auth", "forbidden"},
    {500, "Internal Server Error", "wait", "internal-server-error"},
    {501, "Not Implemented", "cancel", "feature-not-implemented"},
    {502, "Bad Gateway", "wait", "remote-server-timeout"},
    {503, "Service Unavailable", "cancel", "service-unavailable"},
    {504, "Gateway Timeout", "wait", "remote-server-timeout"},
    {505, "HTTP Version Not Supported", "cancel", "undefined-condition"},
    {506, "Variant Also Negotiates", "cancel", "undefined-condition"},
    {507, "Insufficient Storage", "wait", "resource-constraint"},
    {508, "Loop Detected", "cancel", "undefined-condition"},
    {510, "Not Extended", "cancel", "undefined-condition"},
    {511, "Network Authentication Required", "auth", "not-authorized"},
};

}  // namespace

xmpp::StanzaError error_for_status(int status) {
  for (const StatusRow& row : kStatusRows) {
    if (row.status == status) return {row.type, row.condition, std::to_string(status) + " " + row.phrase};
  }
  return {"cancel", "undefined-condition", std::to_string(status) + " Unassigned"};
}

}  // namespace restanza::webhook
