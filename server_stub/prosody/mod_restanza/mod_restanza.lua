-- SPDX-License-Identifier: MIT
-- Restanza inside Prosody, in the place of mod_rest:   Component "rest.example.net" "restanza"
-- or on a VirtualHost, in modules_enabled. Options as mod_rest has them; server_stub/doc/inside-prosody.md lists them all.
--
-- A `life` is the plugin of a host from its start to the end of its drain. It lasts longer than this module: a reload hands it
-- to the new code, and what was unloaded goes on until its drain is done. All of this runs on Prosody's only thread.
local need = module:require "restanza_need";
local st = need "util.stanza";
local jid = need "util.jid";
local async = need "util.async";
local cache = need "util.cache";
local server = need "net.server";

local TURN = 64; -- of what has crossed, in a turn of the loop; then others have theirs
local DRAIN_SECONDS, STOP_SECONDS = 10, 5; -- what is under way may take so long where it is unloaded, and where Prosody stops
local PREPARED = 1000; -- addresses that are remembered as they were written
local FIRST, AS_MOD_REST = 1000, -1; -- priorities of hooks

local hosts, traceback = prosody.hosts, debug.traceback;
local host = module.host;
local is_component = module:get_host_type() == "component";
local native = assert(package.loadlib(module:get_directory().."/restanza_prosody.so", "luaopen_restanza_prosody"))();
local settings = module:require "restanza_settings"(native.keys());
local accounts = module:require "restanza_accounts";
local logins = module:require "restanza_logins";
local http = module:require "restanza_http";
local lives = module:shared("/*/restanza/lives"); -- by host

-- From the plugin to Prosody.

local levels = { [0] = "debug", "info", "warn", "error", "error", "error" };
-- By the kind of what has crossed.
local receive = { question = logins.check_password, token = logins.check_token, answer = http.answer };

function receive.work() end

function receive.line(_, level, text)
	module:log(levels[level] or "info", "%s", text);
end

local function refuse(life, stanza, type, condition)
	if not life.inst or stanza.attr.type == "error" or stanza.attr.type == "result" then return; end
	life.inst:offer(tostring(st.error_reply(stanza, type, condition)), false, false);
end

-- Prosody's router finds sessions and hosts by addresses that are prepared (RFC 7622) already.
local prepared = cache.new(PREPARED);
local function prepare(attributes, name)
	local written = attributes[name];
	if not written then return true; end
	local address = prepared:get(written) or jid.prep(written);
	if not address then return false; end
	prepared:set(written, address);
	attributes[name] = address;
	return true;
end

function receive.stanza(life, stanza)
	if not (prepare(stanza.attr, "to") and prepare(stanza.attr, "from")) then
		return refuse(life, stanza, "modify", "jid-malformed");
	end
	local origin = is_component and hosts[host] or accounts.origin_of(life, stanza);
	local outer = life.sending;
	life.sending = stanza;
	-- What asks or tells goes through the host's hooks for what it sends, such as filters and copies for other devices.
	local asks = stanza.attr.type ~= "error" and stanza.attr.type ~= "result";
	local sent, why = xpcall(prosody.core_post_stanza, traceback, origin, stanza, asks);
	life.sending = outer;
	if sent then return; end
	module:log("error", "a stanza could not be routed: %s", why);
	refuse(life, stanza, "cancel", "internal-server-error");
end

-- Does what has crossed next, and says of which kind it was; nil where nothing waits.
local function do_next(life, inst)
	local kind, a, b, c, d = inst:take(st.stanza_mt);
	if not kind then return nil; end
	local good, why = xpcall(receive[kind], traceback, life, a, b, c, d);
	if not good then module:log("error", "what the plugin has sent went wrong: %s", why); end
	return kind;
end

-- What is left is taken in the next turn of the loop, for the descriptor stays readable. A timer would cost a millisecond: the
-- loop waits no shorter.
local function turn(life)
	local inst = life.inst;
	if not inst then return; end
	for _ = 1, TURN do
		local kind = do_next(life, inst);
		if not kind or life.inst ~= inst then return; end -- nothing waits, or that was its end
		if kind == "question" or kind == "token" then return; end -- it may have taken milliseconds
	end
end

-- From Prosody to the plugin.

local function offered(life, event)
	local stanza = event.stanza;
	local said = life.inst:offer(tostring(stanza), life.sending == stanza, is_component);
	-- Of a component nobody else has a use for it, and the error is on its way. Nil: it is none that a plugin may see.
	if not said or said == "passed" and not is_component then return nil; end
	return true;
end

-- Life.

local function hook(life, events, event, handler, priority)
	events.add_handler(event, handler, priority);
	table.insert(life.hooked, { events = events, event = event, handler = handler });
end

local function unbind(life)
	for _, each in ipairs(life.hooked) do each.events.remove_handler(each.event, each.handler); end
	life.hooked = {};
	if life.watch.close then life.watch:close(); else life.watch:setflags(false, false); end
end

local function finish(life)
	unbind(life);
	local inst = life.inst;
	life.inst = nil;
	local all_ended = inst:finish();
	repeat until not do_next(life, inst); -- what has crossed before
	inst:free();
	if lives[host] == life then lives[host] = nil; end
	if not all_ended then module:log("error", "something of the plugin runs on, and stays in memory"); end
	module:log("info", "has ended");
	if life.next then life.next(); end
	if life.ended then life.ended(); end
end

function receive.drained(life)
	if life.inst then finish(life); end
end

local function drain(life, seconds)
	if life.draining or not life.inst then return; end
	life.draining = true;
	local begun, why = life.inst:drain(seconds);
	if begun then return; end
	module:log("error", "what is under way could not be waited for: %s", why);
	finish(life);
end

local function stopping(life)
	if not life.inst then return; end
	for _, each in pairs(lives) do each.drain(STOP_SECONDS); end -- those of all hosts at the same time
	if async.ready() then
		if not life.inst then return; end
		local wait, done = async.waiter(1, true);
		life.ended = done;
		wait();
		return;
	end
	local last = os.time() + STOP_SECONDS + 2; -- Prosody's loop does not turn until this returns
	while life.inst and os.time() < last do
		life.inst:wait(50);
		life.turn();
	end
	if life.inst then finish(life); end
end

local function reload(life)
	settings.name_unknown();
	local changed, why = life.inst:reload(settings.of_plugin());
	if not changed then module:log("error", "the settings are as they were: %s", why); end
	if not life.has_tls then return; end
	changed, why = life.inst:renew_certificate();
	if not changed then module:log("error", "the certificate is as it was: %s", why); end
end

local function bind(life)
	life.hooked = {};
	life.turn = function () turn(life); end;
	life.drain = function (seconds) drain(life, seconds); end;
	life.watch = server.watchfd(life.inst:descriptor(), function () life.turn(); end);
	for _, kind in ipairs { "message", "presence", "iq" } do
		for _, to in ipairs(settings.events(is_component)) do
			hook(life, hosts[host].events, kind.."/"..to, function (event) return offered(life, event); end, AS_MOD_REST);
		end
	end
	if not is_component then
		for _, to in ipairs { "bare", "full" } do
			hook(life, hosts[host].events, "iq/"..to, function (event) return accounts.answered(life, event); end, FIRST);
		end
	end
	hook(life, prosody.events, "config-reloaded", function ()
		if not life.draining then reload(life); end
	end);
	hook(life, prosody.events, "server-stopping", function () stopping(life); end, FIRST); -- before connections are closed
	hook(life, prosody.events, "host-deactivating", function (event)
		if event.host == host then drain(life, DRAIN_SECONDS); end
	end);
end

local function begin()
	local before = lives[host];
	if before then -- of a module that was unloaded a moment ago, with the same port and the same directory
		before.next = function ()
			local begun, why = begin();
			if not begun then module:log_status("error", "%s", why); end
		end;
		module:log("info", "waits for the end of what was unloaded");
		return true;
	end
	settings.name_unknown();
	local places, why = settings.addresses();
	if not places then return nil, why; end
	local identity;
	identity, why = settings.certificate();
	if not identity then return nil, why; end
	local inst;
	inst, why = native.load(module:get_option_string("restanza_plugin", "restanza"), host, settings.prefix(),
		settings.state_directory(), settings.of_plugin(), prosody.version, places, identity.certificate, identity.key,
		not is_component);
	if not inst then return nil, why; end
	local life = { inst = inst, asked = accounts.new_asked(), open = {}, has_tls = identity.certificate ~= "" };
	bind(life);
	local started;
	started, why = inst:start();
	if not started then
		finish(life);
		return nil, why;
	end
	lives[host] = life;
	module:log("info", "ready http=%s", settings.through_prosody and "prosody" or inst:listening());
	return true;
end

if settings.through_prosody then http.serve(lives); end
local this_life = lives[host];
if this_life and not this_life.draining then -- of a module that is reloaded
	bind(this_life);
	reload(this_life);
elseif prosody.process_type ~= "prosody" then -- such as prosodyctl
	module:log("debug", "nothing is served by this program");
elseif prosody.start_time then
	local begun, why = begin();
	if not begun then error(why, 0); end
else -- Prosody 0.12 becomes a daemon by a fork in this event, and threads do not live through one
	module:hook_global("server-started", function ()
		local begun, why = begin();
		if not begun then module:log_status("error", "%s", why); end
	end, -FIRST);
end

function module.unload()
	local life = lives[host];
	if not life then return; end
	if module.reloading and not life.draining then return unbind(life); end
	life.next = nil;
	drain(life, DRAIN_SECONDS);
end
