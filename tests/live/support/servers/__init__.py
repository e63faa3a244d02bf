# SPDX-License-Identifier: MIT
"""Real servers, started for a test: XMPP servers with a component or an API, and a proxy of HTTP."""
