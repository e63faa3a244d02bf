// SPDX-License-Identifier: MIT
// The library's one exported symbol and the functions behind it: C on the outside, and no exception gets past
// here.
#include <cstring>

#include "abi/instance.h"
#include "abi/report.h"
#include "abi/settings_list.h"
#include "abi/status.h"
#include "abi/tasks_list.h"
#include "xp_views.h"

struct xp_plugin {
  std::shared_ptr<restanza::abi::Instance> instance;
};

namespace {

using namespace restanza;
using abi::at_border;
using abi::fail;

// Members that this plugin reads must all be there; a longer vtable is a newer host and fine.
bool long_enough(const xp_host* host) {
  return host && XP_HAS(xp_host, host, http_end);
}

xp_status create(const xp_host* host, xp_str settings_json, xp_plugin** out, xp_error* error) {
  if (!long_enough(host))
    return fail(error, XP_UNSUPPORTED, "the host's xp_host lacks members of version 1.0");
  return at_border(error, XP_INVALID, [&]() -> Result<void> {
    auto plugin = std::make_unique<xp_plugin>();
    plugin->instance = std::make_shared<abi::Instance>(host);
    if (auto made = plugin->instance->make(views::text(settings_json)); !made) return made;
    *out = plugin.release();
    return {};
  });
}

xp_status start(xp_plugin* plugin, xp_error* error) {
  return at_border(error, XP_INVALID, [&] { return plugin->instance->start(); });
}

xp_status reload(xp_plugin* plugin, xp_str settings_json, xp_error* error) {
  return at_border(error, XP_INVALID, [&] { return plugin->instance->reload(views::text(settings_json)); });
}

void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void*), void* ctx) {
  const xp_status drained = at_border(nullptr, XP_INTERNAL, [&]() -> Result<void> {
    plugin->instance->drain(std::chrono::milliseconds(deadline_ms), [done, ctx] { done(ctx); });
    return {};
  });
  if (drained != XP_OK) done(ctx);
}

void destroy(xp_plugin* plugin) {
  plugin->instance->stop();
  delete plugin;
}

const void* get_extension(xp_plugin*, const char* id) {
  if (std::strcmp(id, XP_EXT_REPORT) == 0) return abi::report_extension();
  if (std::strcmp(id, XP_EXT_SETTINGS) == 0) return abi::settings_extension();
  if (std::strcmp(id, XP_EXT_TASKS) == 0) return abi::tasks_extension();
  return nullptr;
}

const xp_plugin_desc kDescriptor = {
    sizeof(xp_plugin_desc),
    XP_MINOR,
    0,
    0,
    "restanza",
    RESTANZA_VERSION,
    "MIT",
    create,
    start,
    reload,
    drain,
    destroy,
    get_extension,
};

}  // namespace

extern "C" const xp_plugin_desc* xp_plugin_entry_v1(void) {
  return &kDescriptor;
}
