"""A proxy before Elasticsearch that misbehaves on purpose: answers lost, servers overloaded, requests too large."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Forward = Callable[[bytes], tuple[int, bytes]]
"""Hands a body on to the server; its status and answer."""


@dataclass(frozen=True)
class Request:
    """A request on its way, and how to hand it on, as it is or with another body."""

    method: str
    path: str
    body: bytes
    forward: Forward

    @property
    def is_bulk(self) -> bool:
        return "/_bulk" in self.path


HANDED_ON = ("content-type", "accept", "authorization")
Answer = tuple[int, bytes] | None
"""Status and body; None: the connection is cut without a word."""
Plan = Callable[[Request], Answer]


def hand_on(request: Request) -> Answer:
    """What an honest proxy does."""
    return request.forward(request.body)


def error_answer(status: int, kind: str) -> Answer:
    """An answer as Elasticsearch words errors."""
    return status, json.dumps({"error": {"type": kind, "reason": "by plan"}, "status": status}).encode()


@contextmanager
def proxy(server: str, plan: Plan) -> Iterator[str]:
    """The address of a proxy before `server` that answers as `plan` says."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            headers = {k: v for k, v in self.headers.items() if k.lower() in HANDED_ON}

            def forward(changed: bytes) -> tuple[int, bytes]:
                request = urllib.request.Request(server + self.path, changed or None, headers, method=self.command)
                try:
                    with urllib.request.urlopen(request, timeout=60) as answer:
                        return answer.status, answer.read()
                except urllib.error.HTTPError as error:
                    with error:
                        return error.code, error.read()

            answer = plan(Request(self.command, self.path, body, forward))
            if answer is None:
                self.close_connection = True
                return
            status, text = answer
            self.send_response(status)
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Type", headers.get("Accept", "application/json"))
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text)

        do_PUT = do_POST = do_DELETE = do_HEAD = do_GET  # noqa: N815 - names that http.server looks for

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}"
        finally:
            listening.shutdown()
            thread.join()
