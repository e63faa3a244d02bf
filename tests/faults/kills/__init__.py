# SPDX-License-Identifier: MIT
"""The program killed, with SIGKILL, and started again on the same state.

Threads: for the threads of the scenarios, which say their own.
"""
