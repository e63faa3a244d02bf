-- SPDX-License-Identifier: MIT
-- The accounts of a VirtualHost: what they send without a session of Prosody's, and the answers that they get.
local need = module:require "restanza_need";
local cache = need "util.cache";
local jid = need "util.jid";
local rostermanager = need "core.rostermanager";
local st = need "util.stanza";

local MAX_ASKED = 65536; -- iqs whose answers are looked for; past it the oldest is not

local host = module.host;
local accounts = {};

-- The iqs that wait, by what `asked_by` says.
function accounts.new_asked()
	return cache.new(MAX_ASKED);
end

-- Two accounts may ask with the same id.
local function asked_by(address, id)
	return address.." "..id;
end

-- What Prosody answers to an account of whom it knows no session, and so would drop.
local function given_back(life, stanza)
	if not life.inst then return false; end
	if not stanza.attr.from then -- from the account itself (RFC 6120, section 8.1.2.1)
		stanza = st.clone(stanza);
		stanza.attr.from = jid.bare(stanza.attr.to);
	end
	if stanza.attr.id then life.asked:set(asked_by(stanza.attr.to, stanza.attr.id), nil); end
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
		life.asked:set(asked_by(from, stanza.attr.id), true);
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
	if (type ~= "result" and type ~= "error") or not id or not attributes.to then return nil; end
	local asked = asked_by(attributes.to, id);
	if not life.asked:get(asked) then return nil; end
	if life.inst:offer(tostring(event.stanza), false, false) ~= "taken" then return nil; end
	life.asked:set(asked, nil);
	return true;
end

return accounts;
