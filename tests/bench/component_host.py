# SPDX-License-Identifier: MIT
"""restanza-host as a component of a peer that drains.

Threads: for the part's thread.
Ownership: owns both programs and the host's directory; all are gone after close().
"""
from peer import DOMAIN, Peer
from support.host import Host


class ForgetfulHost(Host):
    """Without a state directory, so that its journal is in memory."""

    def launch(self, *arguments, **more):
        self.state_dir = None
        for name in ("STATE_DIRECTORY", "XDG_STATE_HOME", "HOME"):  # where it would look for one
            self._environment[name] = ""
        super().launch(*arguments, **more)


class ComponentHost:
    def __init__(self, settings=None, kind=Host):
        self.peer = Peer()
        self.host = kind(
            {"mode": "component", "server": f"127.0.0.1:{self.peer.component_port}", "secret": self.peer.secret},
            DOMAIN, settings)
        self.peer.wait_ready()

    @property
    def port(self):
        return int(self.host.http.rsplit(":", 1)[1])

    @property
    def pid(self):
        return self.host.program.pid

    def close(self):
        self.host.discard()
        self.peer.close()
