# SPDX-License-Identifier: MIT
"""examples/curl_bot, which keeps nothing in files, answers clients of a real server while it and the host are killed by
turns: reading.py says what must hold.

What the host held durably is known by this: a ping to its component was answered behind the messages, and then a request
that sees what is committed. In half of its lives the host is killed at the instant after that. What it had not taken yet is
lost without a word, for XEP-0114 acknowledges nothing: that is a gap in a conversation, one for each kill at the most.

With its Idempotency-Key no answer is sent twice. That it is sent is not promised where the host is killed: the bot is told
409 where the crash left open whether it was sent, and what was answered 202 may have been about to leave. Both are counted.

The second scenario has nginx between the bot and the host.

Threads: those of the clients and the programs; all else on the thread of the scenario.
Ownership: the scenario owns the server, the clients, the host, the bot and its directory, and the nginx.
"""
import contextlib
import re
import tempfile
import time

from ledger import DOMAIN
from support.deadline import DEADLINE, wait_until
from support.host import Host, component_of
from support.nginx import NginxProgram
from support.played import chance, played, told
from support.process import free_ports
from support.servers.prosody import Prosody

from .bot import Bot
from .conversations import Conversations
from .reading import Readings

KILLS = played(full=100, slice=12, sanitized=6)  # by turns, the host first
ACCOUNTS = {"alice": "wonder", "bob": "builder", "carol": "singer", "dave": "diver"}
SETTINGS = {"updates": [{"name": "default", "stanzas": ["message"], "to": [f"bot@{DOMAIN}"]},
                        {"name": "beside", "stanzas": ["message"], "to": [f"other@{DOMAIN}"]}]}
EARLY = 0.15  # of the lives end soon after their start, whatever was done in them
STARTING = (0.0, 0.3)  # seconds from the start to such an end
LIFE = (0.0, 0.6)  # seconds from the first message that is read in a life to its end
SHOWN = 0.5  # of the other lives of the host end right after it has shown what it holds
LEAVING = 2  # answers that may have been about to leave when the host was killed
DRAINING = DEADLINE * 5  # seconds for what waits in the end
QUEUED = re.compile(r'^restanza_updates_queued{consumer="(default|beside)"} (\d+)$', re.MULTILINE)


class Lives:
    """The host and the bot, killed by turns."""

    def __init__(self, host, bot, conversations, drawing):
        self._host, self._bot, self._conversations, self._drawing = host, bot, conversations, drawing
        self.host_kills = self.bot_kills = self.shown = 0
        self._up = False

    def spend(self, of_host):
        """Until one of them has been killed, and started again."""
        early = self._drawing.random() < EARLY
        shown = self._drawing.random() < SHOWN
        before, life = self._bot.said(), self._drawing.uniform(*(STARTING if early else LIFE))
        if not early:
            self.wait_until_up()
            wait_until(lambda: self._bot.said() > before + 1, "the bot reads")
        # The instant is the point of the test, so it is drawn and not waited for.
        time.sleep(life)
        if of_host:
            self._kill_host(shown and not early)
        else:
            self._bot.kill()
            self.bot_kills += 1
            self._bot.start()
        self._bot.collect()
        self._conversations.collect()

    def wait_until_up(self):
        if not self._up:
            self._conversations.wait_until_up(self._host)
            self._up = True

    def _kill_host(self, shown):
        if shown:
            self._conversations.wait_until_held(self._host)
            self.shown += 1
        if not self._host.program.running() or self._host.complaints():
            raise AssertionError("restanza-host did not wait to be killed\n" + self._host.program.transcript())
        self._host.program.kill()
        self.host_kills += 1
        self._up = False
        self._host.launch(SETTINGS, wait_ready=False)


def many_lives(host, bot, conversations, readings):
    lives = Lives(host, bot, conversations, chance())
    bot.start()
    backlog = 0
    for turn in range(KILLS):
        lives.spend(of_host=turn % 2 == 0)
        backlog = max(backlog, readings.messages - len(readings.returned) - len(readings.order))
    lives.wait_until_up()
    conversations.stop()
    conversations.wait_until_held(host)

    wait_until(lambda: queued(host)["default"] == 0, "all is read and acknowledged", DRAINING)
    beside = queued(host)["beside"]
    bot.kill()
    conversations.ping()
    conversations.collect()
    return f"{lives.host_kills} kills of the host, {lives.shown} of them right after it had shown what it held, and " \
           f"{lives.bot_kills} of the bot; {judged(readings, lives.host_kills)}; at most {backlog} waiting, beside {beside} for " \
           "somebody who does not ask"


def queued(host):
    """How much waits for each consumer."""
    return {name: int(number) for name, number in QUEUED.findall(host.rest.request("GET", "/rest/metrics").body.decode())}


def judged(readings, host_kills):
    lost = readings.lost(host_kills)
    open_left, leaving = readings.unanswered()
    if open_left > host_kills:  # the bot posts one answer at a time
        raise AssertionError(f"{open_left} answers were left open by {host_kills} kills of the host")
    if leaving > host_kills * LEAVING:
        raise AssertionError(f"{leaving} answers did not come that were answered 202, after {host_kills} kills of the host")
    return (f"{readings.messages} messages, {len(readings.order)} read and acknowledged, {readings.repeats} repeats, "
            f"{len(readings.returned)} returned, {lost} lost on the way to the host; {sum(map(len, readings.answers))} "
            f"answered, none twice, {open_left} left open by a kill (409), {leaving} lost on the way from the host")


def proxy(address):
    """The configuration of an nginx before the host."""
    return lambda port: f"access_log off; server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://{address}; }} }}"


def killed_bot(proxied=False):
    readings = Readings(len(ACCOUNTS))
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="curl-bot-"))
        server = Prosody(ACCOUNTS)
        stack.callback(server.close)
        server.start()
        host = Host(component_of(server), DOMAIN, SETTINGS, http=f"127.0.0.1:{free_ports(1)[0]}")
        stack.callback(host.discard)
        conversations = Conversations(server, ACCOUNTS, readings)
        stack.callback(conversations.close)
        address = host.http
        if proxied:
            nginx = NginxProgram(proxy(host.http))
            stack.callback(nginx.close)
            address = f"127.0.0.1:{nginx.port}"
        bot = Bot(directory, address, host.component_secret, readings)
        stack.callback(bot.discard)
        figures = many_lives(host, bot, conversations, readings)
        code = host.program.stop()
        if code != 0 or host.complaints():
            raise AssertionError(f"restanza-host ended with {code}\n{host.program.transcript()}")
        return f"{figures}; {told()}"


def killed_behind_a_proxy():
    return killed_bot(proxied=True)


SCENARIOS = {"a bot and its host killed": killed_bot, "a bot behind a proxy and the host killed": killed_behind_a_proxy}
