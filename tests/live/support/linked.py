# SPDX-License-Identifier: MIT
"""A host that is the component of a server which the test plays.

Threads: for the test's thread.
Ownership: the test owns both; they end with it, the server's connection first, so that the host's end waits for nobody.
"""
from .component_server import ComponentServer
from .host import Host, component_of


def start_linked(test, settings=None, environment=None, **xmpp):
    """Gives the test its `server` and its `host`, which has logged in there and is ready."""
    test.server = ComponentServer()
    test.addCleanup(test.server.close)
    test.host = Host({**component_of(test.server), **xmpp}, settings=settings, wait_ready=False, environment=environment)
    test.addCleanup(test.host.close)
    test.addCleanup(lambda: test.server.close())
    log_in(test)


def log_in(test):
    """Again, after the host or the server was started anew."""
    test.server.component = test.host.program
    test.server.log_in()
    test.host.wait_ready()
