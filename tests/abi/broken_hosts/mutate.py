#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a host that breaks one rule: minimal_host.c with one place changed. What xp_hostcheck is tested with. And two that
break none: the least host of version 1.0, and the example on the kit with what a server that is a pipe does not have.

Usage: mutate.py SOURCE NAME OUTPUT. One thread; owns nothing but the output.
"""
import pathlib
import sys

# NAME: (what stands in the source, once, what takes its place)
CHANGES = {
    "sound_of_version_1_0": (".size = sizeof host,\n                        .minor = XP_MINOR,",
                             ".size = offsetof(xp_host, send_parsed),\n                        .minor = 0,"),
    "sound_with_all": ("class PipeServer final : public xp::host::Server {\n public:\n",
                       "class PipeServer final : public xp::host::Server {\n public:\n"
                       "  bool acknowledges() const override { return true; }\n"
                       "  bool has_bearers() const override { return true; }\n"
                       "  void check_bearer(std::string, BearerVerdict say) override { say(XP_DENIED, {}); }\n"),
    "takes_any_parsed_sender": ("!at_domain(parsed ? parsed->from : stanza.from, host->domain)",
                                "!parsed && !at_domain(stanza.from, host->domain)"),
    "takes_any_kind": ("parsed && parsed->kind != stanza.kind", "parsed && parsed->kind == 99"),
    "settles_again": ("keep == 0 || place->settled) continue;", "keep == 0) continue;"),
    "drops_what_is_passed": ("if (!passed) {", "if (passed) {\n      drop(&input, offered.length);\n"
                             "      offered.length = 0;\n    } else {"),
    "passes_what_is_refused": ("old.settled && old.verdict == XP_PASS", "old.settled"),
    "wants_all_settled": ("free(kept[i].line.ptr);", "if (kept[i].held) _exit(1);"),
    "gives_pieces_twice": ("piece(ctx, XP_OK, (xp_str){given.ptr, size});",
                           "piece(ctx, XP_OK, (xp_str){given.ptr, size});\n  if (size == 5) piece(ctx, XP_OK, all(&c->in));"),
    "ends_bodies_early": ("size = c->left < c->in.len ? (size_t)c->left : c->in.len;\n"
                          "  const int due = piece && (!open || size > 0 || c->left == 0);",
                          "size = c->left < 7 ? 0 : c->left < c->in.len ? (size_t)c->left : c->in.len;\n"
                          "  const int due = piece && (!open || size > 0 || c->left < 7);"),
    "keeps_who_left": ("(!open || size > 0 || c->left == 0)", "(open && (size > 0 || c->left == 0))"),
    "forgets_who_asks": ("if (c->piece) c->piece(", "if (c->piece && c->fd == INT_MAX) c->piece("),
    "trusts_any_token": ("verdict(ctx, XP_DENIED, NULL);", "verdict(ctx, XP_OK, NULL);"),
    "forgets_a_verdict": ("verdict(ctx, XP_DENIED, NULL);", "if (token.len > 0) verdict(ctx, XP_DENIED, NULL);"),
    "names_a_principal": ("verdict(ctx, XP_DENIED, NULL);",
                          "const xp_principal nobody = {.size = sizeof nobody};\n  verdict(ctx, XP_DENIED, &nobody);"),
    "believes_the_list": ('whole ? "" : ", and not of all");', 'whole ? "" : ", and not of all");\n  if (!whole) _exit(1);'),
    "never_releases": ("if (over) old.release(old.ctx);", "if (over && !old.release) abort();"),
    "keeps_presence": ("(reg->kinds & offered.stanza.kind) == 0", "(reg->kinds & offered.stanza.kind & ~2u) == 0"),
    "loses_wakeups": ("reg->resumed = 1;", "reg->resumed = !reg->called;"),
    "takes_any_sender": ("!at_domain(parsed ? parsed->from : stanza.from, host->domain)", "parsed && !at_domain(parsed->from, host->domain)"),
    "takes_any_status": ("return code >= 200 && code <= 599;", "return code > 0;"),
    "takes_newer_plugins": ("plugin->min_host_minor > XP_MINOR", "plugin->min_host_minor > XP_MINOR + 1"),
    "loses_what_is_unsent": ("const int over = done && !unsent && network.len == 0;",
                             "const int over = done || (unsent && done);"),
    "stops_reading_in_the_drain": ("if (polled[kInput].revents) {", "if (polled[kInput].revents && end == 0) {"),
    "covers_too_much": ("path.len > size && path.ptr[size] != '/'", "path.len > size && path.ptr[size] == '?'"),
    "unescapes_nothing": ("if (c == '&') {", "if (c == '&' && raw.len == 0) {"),
    "destroys_what_is_not_done": ("if (started && !run(listener, plugin, instance)) {",
                                  "if (started && !run(listener, plugin, instance) && !instance) {"),
    "sends_anything": ("!read_stanza(xml, &stanza, &values)", "!read_stanza(xml, &stanza, &values) && xml.len == 0"),
    "forgets_its_process": ('if (started) fprintf(stderr, "ready',
                            'if (started && fork() > 0) _exit(0);\n  if (started) fprintf(stderr, "ready'),
}

if __name__ == "__main__":
    source, name, output = sys.argv[1:]
    text = pathlib.Path(source).read_text(encoding="utf-8")
    before, after = CHANGES[name]
    if text.count(before) != 1:
        sys.exit(f"mutate.py: {before!r} stands {text.count(before)} times in {source}")
    pathlib.Path(output).write_text(text.replace(before, after), encoding="utf-8")
