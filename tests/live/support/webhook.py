# SPDX-License-Identifier: MIT
"""A webhook that answers what was posted to it as the test says; the posts are told of in the order of arriving,
each once its answer is on its way.

Threads: requests are served on threads of their own; taking from `posts` is for the test's thread.
Ownership: owns its server and socket until close().
"""
import collections
import http.server
import queue
import threading

from .deadline import DEADLINE, Missed

Post = collections.namedtuple("Post", "path headers body")
# `headers`: further ones, as pairs. The body of a 204, which has none, comes behind the answer.
Answer = collections.namedtuple("Answer", "status content_type body headers", defaults=((),))

XML = "application/xmpp+xml"
NOTHING = Answer(204, None, b"")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # connections; those past it are refused silently, and try again after a second or more

    def handle_error(self, request, client_address):
        """Says nothing of a client that went away, or that did not believe a certificate: tests look elsewhere."""


class Webhook:
    def __init__(self, answer=lambda post: NOTHING, wants=None, tls=None, port=0):
        """`wants` is the media type that the endpoint asks for when it is probed with OPTIONS; `tls` a context."""
        self.answer = answer
        self.wants = wants
        self._posts = queue.Queue()
        webhook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1  # an answer leaves as one piece

            def do_POST(self):
                post = Post(self.path, self.headers, self.rfile.read(int(self.headers["Content-Length"])))
                answer = webhook.answer(post)
                answered = threading.Event()
                # Before the answer, for the next post of a conversation may come right after it.
                webhook._posts.put((post, answered))
                try:
                    self._send(answer)
                finally:
                    answered.set()

            def do_OPTIONS(self):
                """The probe; without a media type to ask for it stays a method that this endpoint does not have."""
                self._send(NOTHING if webhook.wants else Answer(501, None, b""), webhook.wants)

            def _send(self, answer, accept=None):
                self.send_response(200 if accept else answer.status)
                if accept:
                    self.send_header("Accept", accept)
                if answer.content_type:
                    self.send_header("Content-Type", answer.content_type)
                for name, value in answer.headers:
                    self.send_header(name, value)
                if accept or answer.status != 204:
                    self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)
                self.wfile.flush()

            def log_message(self, format, *arguments):
                """Says nothing: the recorded posts are the log."""

        self._server = Server(("127.0.0.1", port), Handler)
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self):
        return f"{self._scheme}://127.0.0.1:{self.port}/stanzas"

    @property
    def port(self):
        return self._server.server_address[1]

    def next_post(self, wanted=lambda post: True, deadline=DEADLINE):
        """The next recorded post that is wanted; others before it are dropped."""
        while True:
            try:
                post, answered = self._posts.get(timeout=deadline)
            except queue.Empty:
                raise Missed(f"no such post to the webhook for {deadline:g} s") from None
            answered.wait(deadline)
            if wanted(post):
                return post

    def has_posts(self):
        return not self._posts.empty()

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
