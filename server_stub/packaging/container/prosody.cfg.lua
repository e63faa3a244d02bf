-- SPDX-License-Identifier: GPL-3.0-or-later
-- The Prosody of compose.yaml: one domain, and Restanza as its component.
pidfile = "/tmp/prosody.pid"
data_path = "/var/lib/prosody"
log = { { levels = { min = "info" }, to = "console" } }

-- Only containers of this network reach the port for components.
component_interfaces = { "*" }
component_ports = { 5347 }
c2s_ports = { 5222 }

modules_enabled = { "roster", "saslauth", "disco", "ping", "offline", "version" }

-- Without a certificate, which is yours to add: then let clients use "tls" and remove the two lines below it.
modules_disabled = { "s2s", "tls" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true

VirtualHost "example.net"

Component "rest.example.net"
  component_secret = io.lines("/run/secrets/restanza.link-secret")()
