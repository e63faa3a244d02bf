// SPDX-License-Identifier: MIT
// The rules of xp.h that a host can break and somebody outside can see, in the header's own words: a test
// looks for each of them there. Constants; any thread.
#pragma once

#include <stdexcept>
#include <string>

namespace restanza::hostcheck {

struct Rule {
  const char* where;  // which part of the header says it
  const char* words;
};

// What a case throws.
class Broken : public std::runtime_error {
 public:
  Broken(const Rule& rule, const std::string& seen)
      : std::runtime_error(seen + "; xp.h, " + rule.where + ": \"" + rule.words + "\"") {}
};

// What a case throws that does not apply: why.
class LeftOut : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace rules {

inline constexpr Rule kLife{"life", "create > start > (reload)* > drain .. done > destroy"};
inline constexpr Rule kContexts{
    "contexts",
    "Where a ctx comes with a release function, release(ctx) follows the last use of ctx exactly once, "
    "[any], "
    "whatever the call that took it returned (before it returns, where nothing was kept)."};
inline constexpr Rule kMisuse{"errors",
                              "Misuse is logged by the side that sees it, with its name (XP_HOST_BUG, "
                              "XP_PLUGIN_BUG), and does no more harm than it must."};
inline constexpr Rule kLoaded{
    "unloading",
    "A library may go once, for each instance of it, destroy has returned, the last "
    "release and the last verdict have returned, and no thread is in it."};
inline constexpr Rule kProcess{"processes",
                               "A host that goes into the background, or forks for any other reason but to "
                               "exec, does so before the first create"};
inline constexpr Rule kLocks{"threads",
                             "Neither side holds a lock while it calls the other: whoever is called may call "
                             "back before it returns."};
inline constexpr Rule kRefuses{"xp_plugin_desc",
                               "A host refuses a descriptor that is shorter than version 1.0 or asks for a "
                               "newer host, and says which."};
inline constexpr Rule kOwnSymbol{
    "xp_plugin_entry_v1", "so that a host of another major version finds none instead of something else."};
inline constexpr Rule kLeftAlone{"drain",
                                 "An instance that never says done is left alone for ever, never unloaded: a "
                                 "leak is better than code that is gone under a thread."};
inline constexpr Rule kGoesOn{
    "drain",
    "Until destroy the host goes on serving [any] calls, and the hook goes on being "
    "offered stanzas, so that none is lost in between."};

inline constexpr Rule kCovers{"register_route",
                              "Requests at prefix + subpath and below (\"/rest\" covers \"/rest/a\", not "
                              "\"/restful\") come to fn; the longest registered path wins."};
inline constexpr Rule kTooLarge{"register_route",
                                "A body of more than max_body bytes is not read: fn is then called with "
                                "XP_BODY_TOO_LARGE, so that a plugin refuses it in its own format."};
inline constexpr Rule kTaken{"register_route",
                             "XP_INVALID: a subpath that is neither empty nor begins with '/', or is taken "
                             "already. On an error nothing is registered."};
inline constexpr Rule kSetup{"register_route",
                             "elsewhere a host may say XP_INVALID, so that it knows all places before it "
                             "serves any."};
inline constexpr Rule kPath{"xp_request", "of the target as on the wire, percent-encoded, prefix included"};
inline constexpr Rule kQuery{"xp_request", "after the '?', as on the wire; absent where there is none"};
inline constexpr Rule kHeaders{"xp_request", "names in any case, and a name may stand repeatedly"};
inline constexpr Rule kUnregister{"unregister",
                                  "No new calls; those under way end in their time, and release tells when."};

inline constexpr Rule kUsedUp{"xp_exchange",
                              "So a handle that was used up is recognized: the host logs the second use as "
                              "the plugin's bug and nothing happens."};
inline constexpr Rule kAnswer{
    "http_respond",
    "XP_INVALID: the handle is used up or was begun, or the code (200 to 599) or a "
    "header (RFC 9110, section 5: a token; no control characters) is none; a client "
    "that has no answer yet then gets 500, a stream is cut off."};
inline constexpr Rule kInDrain{"http_respond", "All of it works while draining and after done, too."};
inline constexpr Rule kWatch{"http_watch",
                             "A second watch, or one for a handle that is used up, is released without a "
                             "call."};

inline constexpr Rule kOffered{"on_stanza",
                               "Stanzas of these kinds for the domain are offered before the host does "
                               "anything else with them"};
inline constexpr Rule kOrder{"on_stanza", "the host keeps the order that RFC 6120, section 10.1, asks for."};
inline constexpr Rule kBusy{"on_stanza",
                            "The host keeps the stanza and what comes behind it, and offers it again, from "
                            "this hook on, after resume; after 5 s it is refused with "
                            "wait/resource-constraint."};
inline constexpr Rule kSticky{"resume",
                              "Sticky: said before XP_BUSY is returned, it counts too, so that no wakeup is "
                              "lost between the two."};
inline constexpr Rule kAttributes{"xp_stanza",
                                  "the root's attributes, unescaped; absent where the root has none"};
inline constexpr Rule kRoot{"stanzas", "its root unprefixed and without xmlns"};
inline constexpr Rule kOneStanza{"send_stanza", "XP_INVALID: not one stanza."};
inline constexpr Rule kFrom{"send_stanza", "XP_DENIED: `from` is missing or outside the link's domains."};
inline constexpr Rule kTooBig{"send_stanza", "XP_TOO_BIG: more than max_stanza."};
inline constexpr Rule kHeld{"send_stanza",
                            "XP_OK: the host holds a copy; a failure from here on comes back as a stanza of "
                            "type error."};

inline constexpr Rule kSendOrder{"send_stanza", "Stanzas that one thread sends leave in their order."};
inline constexpr Rule kAsSendStanza{"send_parsed", "Returns as send_stanza does."};
inline constexpr Rule kItsKind{"send_parsed",
                               "XP_INVALID: the kind is none, or xml does not begin as one of that kind."};
inline constexpr Rule kKeeping{"on_stanza",
                               "taken, as by XP_CONSUME, but not safe yet: settle_stanza says later what "
                               "became of it."};
inline constexpr Rule kHoldsUpNothing{"on_stanza", "It holds up nothing: stanzas behind it go on."};
inline constexpr Rule kSettled{"settle_stanza",
                               "once for each, perhaps before the hook has returned, and by the end of "
                               "destroy."};
inline constexpr Rule kSettledPassed{"settle_stanza",
                                     "XP_PASS: the next hook is asked, and so on, though stanzas behind it "
                                     "may be ahead of it by now."};
inline constexpr Rule kSettledRefused{"settle_stanza", "Anything else: it is refused, as after XP_BUSY."};
inline constexpr Rule kSettledOnce{"settle_stanza",
                                   "XP_GONE: the host waits for it no longer, because it was settled before, "
                                   "or after 30 s, when it refused it; XP_INVALID: no stanza has had this "
                                   "number."};
inline constexpr Rule kOnePiece{"http_read",
                                "XP_OK: piece is called exactly once, [any], perhaps inside this call"};
inline constexpr Rule kPieces{
    "http_read", "It gets XP_OK with bytes, valid until it returns, or without any where the body is whole"};
inline constexpr Rule kBodyGone{"http_read", "XP_GONE: the exchange has ended, or the client has left"};
inline constexpr Rule kNoPiece{
    "http_read", "XP_INVALID: the handle is used up, a piece is asked for already, or none is to come."};
inline constexpr Rule kOneVerdict{"check_bearer",
                                  "Exactly one verdict, as that of check_password: XP_OK with the "
                                  "principal; XP_DENIED where there is no such token, or not any more, or "
                                  "not for this; XP_INTERNAL."};
inline constexpr Rule kNoPrincipal{"check_bearer", "Unless it is XP_OK the principal is NULL."};
inline constexpr Rule kBrokenOff{"xp_settings", "An error: rows may have come, and some are missing."};

inline constexpr Rule kAll[] = {
    kLife,      kContexts,       kMisuse,  kLoaded,        kProcess,        kLocks,        kRefuses,
    kOwnSymbol, kLeftAlone,      kGoesOn,  kCovers,        kTooLarge,       kTaken,        kSetup,
    kPath,      kQuery,          kHeaders, kUnregister,    kUsedUp,         kAnswer,       kInDrain,
    kWatch,     kOffered,        kOrder,   kBusy,          kSticky,         kAttributes,   kRoot,
    kOneStanza, kFrom,           kTooBig,  kHeld,          kSendOrder,      kAsSendStanza, kItsKind,
    kKeeping,   kHoldsUpNothing, kSettled, kSettledPassed, kSettledRefused, kSettledOnce,  kOnePiece,
    kPieces,    kBodyGone,       kNoPiece, kOneVerdict,    kNoPrincipal,    kBrokenOff};

}  // namespace rules
}  // namespace restanza::hostcheck
