# SPDX-License-Identifier: MIT
"""Python's own HTTP server as a receiver: in HTTP/1.0 it ends each connection, in HTTP/1.1 it keeps them.

Threads: requests are served on threads of their own.
Ownership: owns its server until close().
"""
import http.server
import threading

from . import number_of


class PythonServer:
    def __init__(self, version):
        """`version`: "HTTP/1.0" or "HTTP/1.1"."""
        noted = self._noted = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = version

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                noted.append((self.headers["webhook-id"], number_of(self.path)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format, *arguments):
                """Says nothing: what was noted is the log."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def got(self):
        return list(self._noted)

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
