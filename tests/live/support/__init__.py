# SPDX-License-Identifier: MIT
"""What the live tests share: programs, servers, clients and a webhook, each with deadlines on every wait."""
