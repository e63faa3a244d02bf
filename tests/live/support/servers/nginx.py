# SPDX-License-Identifier: MIT
"""An nginx that stands before a host: with TLS towards the clients, over TCP or a Unix socket.

Threads: for the test's thread.
Ownership: as nginx.py beside this folder says.
"""
from ..nginx import NginxProgram

HTTP = """
  access_log off;
  upstream host {{ server "{upstream}"; keepalive 8; }}
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate "{certificate}";
    ssl_certificate_key "{key}";
    location / {{
      proxy_pass {scheme}://host;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
  }}
"""


class Nginx(NginxProgram):
    def __init__(self, upstream, certificate, key, scheme="http"):
        """`upstream`: "127.0.0.1:5280" or "unix:/path"."""
        super().__init__(lambda port: HTTP.format(port=port, upstream=upstream, certificate=certificate, key=key,
                                                  scheme=scheme))
