// SPDX-License-Identifier: MIT
// The extensions of the vtable that say who somebody is: each check brings its plugin exactly one verdict,
// whatever the server does with it.
#include "hosting/border_views.h"
#include "hosting/host_api.h"

namespace restanza::host {
namespace {

// The verdict is the last use of its ctx: until then the library must stay. It is given by whoever checks, or
// where nobody does, by the end of this. Any thread.
template <class Value>
class OneVerdict {
 public:
  using Give = void (*)(void*, xp_status, Value);

  OneVerdict(Give give, std::shared_ptr<void> ctx) : give_(give), ctx_(std::move(ctx)) {}
  OneVerdict(const OneVerdict&) = delete;
  OneVerdict& operator=(const OneVerdict&) = delete;
  ~OneVerdict() { say(XP_INTERNAL, Value{}); }

  void say(xp_status status, Value value) {
    if (!given_.exchange(true)) give_(ctx_.get(), status, value);
  }

 private:
  const Give give_;
  const std::shared_ptr<void> ctx_;
  std::atomic<bool> given_{false};
};

// Gives it at once where there is no memory for it, and throws.
template <class Value, class Keep>
std::shared_ptr<OneVerdict<Value>> verdict_for(void (*give)(void*, xp_status, Value), void* ctx,
                                               Keep&& keep) {
  try {
    return std::make_shared<OneVerdict<Value>>(give, keep());
  } catch (...) {
    give(ctx, XP_INTERNAL, Value{});
    throw;
  }
}

}  // namespace

void HostApi::check_password(const xp_host* host, xp_str name, xp_str password,
                             void (*give)(void*, xp_status, xp_str), void* ctx) {
  HostApi& api = self(host);
  const auto verdict = verdict_for(give, ctx, [&] { return api.keep(ctx, nullptr); });
  api.check_password_(border::copy(name), border::copy(password),
                      [verdict](xp_status status, const std::string& bare_jid) {
                        verdict->say(status, border::view(bare_jid));
                      });
}

void HostApi::check_bearer(const xp_host* host, xp_str token,
                           void (*give)(void*, xp_status, const xp_principal*), void* ctx) {
  HostApi& api = self(host);
  const auto verdict = verdict_for(give, ctx, [&] { return api.keep(ctx, nullptr); });
  api.check_bearer_(border::copy(token), [verdict](xp_status status, const Principal& principal) {
    if (status != XP_OK) return verdict->say(status, nullptr);
    xp_principal told{};
    told.size = sizeof told;
    told.rights = principal.rights;
    told.bare_jid = border::view(principal.bare_jid);
    told.scopes = views::view_or_absent(principal.scopes);
    verdict->say(XP_OK, &told);
  });
}

}  // namespace restanza::host
