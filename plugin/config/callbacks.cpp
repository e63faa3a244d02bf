// SPDX-License-Identifier: MIT
#include "config/callbacks.h"

#include <utility>

#include "config/reader.h"

namespace restanza::config {
namespace {

constexpr const char* kShort = "rest_callback_";  // before each key of the short form

// Media types and the short names that stand for them; mod_rest has "json".
const std::vector<std::pair<const char*, const char*>> kContentTypes = {
    {"application/xmpp+xml", "xml"},
    {"application/json", "json"},
    {"application/x-www-form-urlencoded", "form"},
    {"text/plain", "text"},
    {"application/cbor", "cbor"}};

void read_content_type(Reader& reader, const std::string& key, std::string& type) {
  reader.text(key, type);
  std::string known;
  for (const auto& [media_type, alias] : kContentTypes) {
    if (type == media_type || type == alias) {
      type = media_type;
      return;
    }
    known.append(known.empty() ? "" : ", ").append(media_type).append(" (").append(alias).append(")");
  }
  reader.fail(key, "knows " + known + ", and not '" + type + "'");
}

// What both forms have; `prefix` stands before the keys.
void read_common(Reader& reader, const std::string& prefix, Callback& callback) {
  reader.text(prefix + "url", callback.url);
  read_content_type(reader, prefix + "content_type", callback.content_type);
  reader.kinds(prefix + "stanzas", callback.kinds);
  std::vector<std::string> events{"bare", "full", "host"};
  reader.words(prefix + "events", events, {"bare", "full", "host"});
  callback.bare = holds(events, "bare");
  callback.full = holds(events, "full");
  callback.host = holds(events, "host");
  reader.seconds(prefix + "timeout", callback.timeout, 0.1, 3600);
  reader.flag(prefix + "retry", callback.retry);
}

// `pace` is the name that it had at first.
void read_drain_rate(Reader& reader, double& rate) {
  if (reader.has("drain_rate") && reader.has("pace"))
    return reader.fail("pace", "is the old name of 'drain_rate', which stands beside it: remove 'pace'");
  reader.number("drain_rate", rate, 0.1, 100000);
  reader.number("pace", rate, 0.1, 100000);
}

Result<Callback> read_entry(const nlohmann::json& object, const std::string& where) {
  if (!object.is_object()) return Error{"setting '" + where + "' must be a table"};
  Reader reader(object, where + ".");
  Callback callback;
  callback.name.clear();
  reader.text("name", callback.name);
  if (callback.name.empty())
    reader.fail("name", "is missing: paths, logs and metrics name an endpoint by it");
  read_common(reader, "", callback);
  if (callback.url.empty()) reader.fail("url", "is missing: write where stanzas are to be posted");
  reader.words("types", callback.types);
  reader.words("from", callback.from);
  reader.words("to", callback.to);
  reader.words("namespaces", callback.namespaces);
  reader.words("secrets", callback.secrets);
  reader.text("authorization", callback.authorization);
  reader.text("ca_file", callback.ca_file);
  reader.flag("tls_verify", callback.tls_verify);
  reader.count("max_connections", callback.max_connections, 1, 256);
  reader.count("max_queued", callback.max_queued, 1, 1000000);
  read_drain_rate(reader, callback.drain_rate);
  reader.flag("reply", callback.reply);
  if (auto finished = reader.finish(); !finished) return finished.error();
  return callback;
}

bool named(const std::vector<Callback>& callbacks, const std::string& name) {
  for (const Callback& callback : callbacks) {
    if (callback.name == name) return true;
  }
  return false;
}

void read_list(Reader& reader, const nlohmann::json& list, std::vector<Callback>& callbacks) {
  if (list.size() > kMaxCallbacks) {
    return reader.fail("rest_callbacks", "has " + std::to_string(list.size()) + " entries: at most " +
                                             std::to_string(kMaxCallbacks) + " are served");
  }
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string where = "rest_callbacks[" + std::to_string(i) + "]";
    auto callback = read_entry(list[i], where);
    if (!callback) return reader.fail(callback.error());
    if (named(callbacks, callback->name)) {
      return reader.fail(
          Error{"setting '" + where + ".name' is '" + callback->name + "' like another's: give it its own"});
    }
    callbacks.push_back(std::move(*callback));
  }
}

}  // namespace

void read_callbacks(Reader& reader, std::vector<Callback>& callbacks) {
  Callback single;
  single.short_form = true;
  read_common(reader, kShort, single);
  const auto* list = reader.list("rest_callbacks");
  if (!list) {
    if (!single.url.empty()) callbacks.push_back(std::move(single));
    return;
  }
  for (const char* key : {"url", "content_type", "stanzas", "events", "timeout", "retry"}) {
    if (!reader.has(kShort + std::string(key))) continue;
    return reader.fail(kShort + std::string(key), "stands beside 'rest_callbacks': write '" +
                                                      std::string(key) + "' in an entry there instead");
  }
  read_list(reader, *list, callbacks);
}

}  // namespace restanza::config
