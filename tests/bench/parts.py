# SPDX-License-Identifier: MIT
"""Where a part finds what it shares with the tests. Imported before anything of `support`.

Threads: none. Owns nothing.
"""
import os
import resource
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))

# The programs under test inherit it: thousands of connections need as many descriptors.
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
