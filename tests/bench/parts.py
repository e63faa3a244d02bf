# SPDX-License-Identifier: MIT
"""What every part of the benchmarks needs first: where to find what it shares with the tests, as many descriptors as
there may be, and an end that also ends its servers. Imported before anything of `support`.

Threads: none. Owns nothing.
"""
import os
import resource
import signal
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))

# The programs under test inherit it: thousands of connections need as many.
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
