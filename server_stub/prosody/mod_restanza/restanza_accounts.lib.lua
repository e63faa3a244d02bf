-- SPDX-License-Identifier: MIT
-- The accounts of a VirtualHost: their passwords and tokens, what they send without a session of Prosody's, and the answers that they get.
local need = module:require "restanza_need";
local async = need "util.async";
local cache = need "util.cache";
local jid = need "util.jid";
local rostermanager = need "core.rostermanager";
local st = need "util.stanza";
local stringprep = need "util.encodings".stringprep;
local usermanager = need "core.usermanager";

local MAX_CHECKS = 256; -- of passwords and tokens, that a slow provider keeps waiting
local MAX_ASKED = 65536; -- iqs whose answers are looked for; past it the oldest is not

local host = module.host;
local accounts = {};
local tokens = module:get_host_type() == "local" and module:depends("tokenauth");

-- The iqs that wait, id -> who has asked.
function accounts.new_asked()
	return cache.new(MAX_ASKED);
end

-- What Prosody answers to an account of whom it knows no session, and so would drop.
local function given_back(life, stanza)
	if not life.inst then return false; end
	if not stanza.attr.from then -- from the account itself (RFC 6120, section 8.1.2.1)
		stanza = st.clone(stanza);
		stanza.attr.from = jid.bare(stanza.attr.to);
	end
	if stanza.attr.id then life.asked:set(stanza.attr.id, nil); end
	if life.inst:offer(tostring(stanza), false, false) ~= "taken" then
		module:log("debug", "nobody waits for: %s", stanza:top_tag());
	end
	return true;
end

-- What a sender is to Prosody: the host itself, or an account as if it had a session. Handlers find the roster there, which is
-- read only where one looks.
function accounts.origin_of(life, stanza)
	local from = stanza.attr.from;
	local username, at, resource = jid.split(from);
	if not username then return prosody.hosts[host]; end
	if stanza.name == "iq" and (stanza.attr.type == "get" or stanza.attr.type == "set") then
		life.asked:set(stanza.attr.id, from);
	end
	local origin = { type = "c2s", username = username, host = at, resource = resource, full_jid = from, log = module._log };
	function origin.send(answer) return given_back(life, answer); end
	return setmetatable(origin, { __index = function (session, key)
		if key ~= "roster" then return nil; end
		session.roster = rostermanager.load_roster(username, at);
		return session.roster;
	end });
end

-- An answer to what an account has asked, wherever in its name: the plugin is asked before Prosody looks for a session.
function accounts.answered(life, event)
	local attributes = event.stanza.attr;
	local type, id = attributes.type, attributes.id;
	if (type ~= "result" and type ~= "error") or not id then return nil; end
	local asker = life.asked:get(id);
	if not asker or asker ~= attributes.to then return nil; end
	if life.inst:offer(tostring(event.stanza), false, false) ~= "taken" then return nil; end
	life.asked:set(id, nil);
	return true;
end

-- Prosody 13 knows accounts that are disabled, but not of each provider: of some it says nil where all are enabled.
local function is_active(username)
	if usermanager.user_is_enabled and usermanager.user_is_enabled(username, host) == false then return false; end
	return usermanager.user_exists(username, host);
end

-- The bare address of the account with this password, or nil.
local function account_with(name, password)
	local username, at = name:match("^([^@]+)@(.+)$");
	username = stringprep.nodeprep(username or name);
	password = stringprep.saslprep(password);
	if not username or not password or at and stringprep.nameprep(at) ~= host then return nil; end
	if not is_active(username) then return nil; end -- some providers fail at a name that they do not know
	return usermanager.test_password(username, host, password) and username.."@"..host or nil;
end

-- The bare address of the account that has this token of Prosody's own, or nil. Prosody 13 makes a session of a token, and 0.12
-- keeps one beside it. Whether its issuer has revoked it, or its time is over, mod_tokenauth looks up each time.
local function account_of(token)
	local session, why;
	if rawget(tokens, "get_token_session") then
		session, why = tokens.get_token_session(token);
	else
		local known;
		known, why = tokens.get_token_info(token);
		session = known and known.session;
	end
	if why == "internal-error" then error("the store of tokens cannot be read", 0); end
	if not session or session.host ~= host or not session.username or not is_active(session.username) then return nil; end
	return session.username.."@"..host;
end

-- Where a provider waits, it does so here, one check after the other, and the loop goes on.
local checks = async.runner(function (check) check(); end, { error = function (_, why)
	module:log("error", "an account could not be checked: %s", why);
end });
local checking = 0;

local function check(life, number, find_account, ...)
	local inst = life.inst;
	if not inst then return; end
	if checking >= MAX_CHECKS then return inst:verdict(number, "failed"); end
	checking = checking + 1;
	local given = { ... };
	checks:run(function ()
		local good, account = pcall(find_account, table.unpack(given));
		checking = checking - 1;
		if not good then module:log("error", "an account could not be checked: %s", account); end
		if life.inst ~= inst then return; end
		if not good then return inst:verdict(number, "failed"); end
		inst:verdict(number, account and "ok" or "denied", account);
	end);
end

function accounts.check_password(life, number, name, password)
	check(life, number, account_with, name, password);
end

function accounts.check_token(life, number, token)
	check(life, number, account_of, token);
end

return accounts;
