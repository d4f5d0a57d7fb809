"""Calls of playbooks against a real HTTP server: what the allow-list lets pass, and every way around it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

import pytest

from response.playbooks.action import Task
from response.playbooks.actions.http_call import perform
from response.playbooks.outbound import MOST_BYTES, Allowed, GuardedHttp
from response.playbooks.ports import Call, CallRefused, Ports


class Server(ThreadingHTTPServer):
    """Remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[dict[str, Any]] = []
        self.hold = threading.Event()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length).decode()
        self.server.seen.append({"path": self.path, "headers": dict(self.headers), "body": body})
        if "slow" in self.path:
            self.server.hold.wait(5)
        if "moved" in self.path:
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data")
            self.end_headers()
            return
        answer = b"x" * (MOST_BYTES + 1) if "long" in self.path else b'{"id": 7}'
        self.send_response(503 if "broken" in self.path else 404 if "absent" in self.path else 201)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        with suppress(OSError):  # who asked may have hung up
            self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Silent."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.hold.set()
        made.shutdown()
        thread.join()


def guarded(
    server: Server, *, networks: tuple[str, ...] = ("127.0.0.1/32",), host: str = "tickets.plant"
) -> GuardedHttp:
    """An allow-list of one entry, behind a name that leads to the server."""
    base = f"http://{host}:{server.server_port}/api"
    entry = Allowed(base, ("POST",), networks, {"Authorization": "Bearer of-the-list"})
    return GuardedHttp((entry,), resolver=lambda _host, _port: ["127.0.0.1"])


def call(server: Server, path: str = "/api/tickets", host: str = "tickets.plant", **changes: Any) -> Call:
    url = f"http://{host}:{server.server_port}{path}"
    given: dict[str, Any] = {
        "method": "POST",
        "url": url,
        "headers": {},
        "content": '{"a": 1}',
        "key": "k1",
        "seconds": 2,
    }
    return Call(**given | changes)


def refusal(http: GuardedHttp, asked: Call) -> str:
    with pytest.raises(CallRefused) as caught:
        http.call(asked)
    return caught.value.code


def test_a_call_reaches_what_the_list_names(server: Server) -> None:
    headers = {"Content-Type": "application/json", "authorization": "Bearer stolen", "Host": "evil", "X-Why": "alert"}
    reply = guarded(server).call(call(server, headers=headers))
    assert (reply.status, reply.text) == (201, '{"id": 7}')
    (seen,) = server.seen
    got = {name.lower(): value for name, value in seen["headers"].items()}
    assert (seen["path"], seen["body"]) == ("/api/tickets", '{"a": 1}')
    assert got["host"] == f"tickets.plant:{server.server_port}"
    assert (got["idempotency-key"], got["authorization"], got["x-why"]) == ("k1", "Bearer of-the-list", "alert")


@pytest.mark.parametrize(
    "path",
    ["/other", "/apix", "/api/../other", "/api/%2e%2e/other", "/api/..%2fother", "/api//x", "/api/%5c..", "/"],
)
def test_no_path_leads_around_the_list(server: Server, path: str) -> None:
    assert refusal(guarded(server), call(server, path)) == "http_not_allowed"
    assert server.seen == []


def test_no_host_scheme_user_or_method_leads_around_it(server: Server) -> None:
    http, port = guarded(server), server.server_port
    for url in (
        f"http://evil.plant:{port}/api/x",
        f"https://tickets.plant:{port}/api/x",
        f"http://tickets.plant:{port + 1}/api/x",
        "http://tickets.plant/api/x",
        f"http://tickets.plant:{port}@evil/api/x",
        f"http://user@tickets.plant:{port}/api/x",
        f"http://tickets.plant.evil:{port}/api/x",
        "file:///etc/passwd",
        "http://[::1",
        "",
    ):
        assert refusal(http, call(server, url=url)) == "http_not_allowed", url
    assert refusal(http, call(server, method="DELETE")) == "http_not_allowed"
    assert server.seen == []


@pytest.mark.parametrize(
    ("address", "networks", "granted"),
    [
        ("127.0.0.1", (), False),
        ("10.0.0.5", (), False),
        ("169.254.169.254", ("0.0.0.0/0",), False),
        ("0.0.0.0", ("0.0.0.0/0",), False),
        ("224.0.0.1", ("0.0.0.0/0",), False),
        ("::1", (), False),
        ("::ffff:127.0.0.1", (), False),
        ("::ffff:169.254.169.254", ("::/0",), False),
        ("fe80::1%eth0", ("::/0",), False),
        ("168.63.129.16", (), False),
        ("2002:7f00:1::1", (), False),
        ("64:ff9b::7f00:1", (), False),
        ("127.0.0.1", ("10.0.0.0/8",), False),
        ("127.0.0.1", ("127.0.0.0/8",), True),
    ],
)
def test_the_address_must_be_granted(server: Server, address: str, networks: tuple[str, ...], granted: bool) -> None:
    entry = Allowed(f"http://tickets.plant:{server.server_port}/api", ("POST",), networks)
    http = GuardedHttp((entry,), resolver=lambda _host, _port: [address])
    if granted:
        assert http.call(call(server)).status == 201
    else:
        assert refusal(http, call(server)) == "http_address"
        assert server.seen == []


def test_one_bad_address_among_good_ones_is_enough(server: Server) -> None:
    entry = Allowed(f"http://tickets.plant:{server.server_port}/api", ("POST",), ("127.0.0.0/8",))
    http = GuardedHttp((entry,), resolver=lambda _host, _port: ["127.0.0.1", "10.0.0.5"])
    assert refusal(http, call(server)) == "http_address"


def test_the_name_is_resolved_once(server: Server) -> None:
    asked = count(1)
    answers = {1: ["127.0.0.1"]}
    entry = Allowed(f"http://tickets.plant:{server.server_port}/api", ("POST",), ("127.0.0.1/32",))
    http = GuardedHttp((entry,), resolver=lambda _host, _port: answers[next(asked)])
    assert http.call(call(server)).status == 201
    assert next(asked) == 2


def test_a_name_without_address(server: Server) -> None:
    def fails(_host: str, _port: int) -> list[str]:
        raise OSError

    entry = Allowed(f"http://tickets.plant:{server.server_port}/api")
    assert refusal(GuardedHttp((entry,), resolver=fails), call(server)) == "http_no_address"
    assert refusal(GuardedHttp((entry,), resolver=lambda _h, _p: []), call(server)) == "http_no_address"


def test_redirects_long_and_late_answers_are_not_taken(server: Server) -> None:
    http = guarded(server)
    assert refusal(http, call(server, "/api/moved")) == "http_redirect"
    assert refusal(http, call(server, "/api/long")) == "http_too_long"
    assert refusal(http, call(server, "/api/slow", seconds=0.2)) == "http_timed_out"
    ticks = count(0, 10)
    hurried = GuardedHttp(http.allowed, http.resolver, clock=lambda: float(next(ticks)))
    assert refusal(hurried, call(server, seconds=2)) == "http_timed_out"


def test_nobody_listens(server: Server) -> None:
    entry = Allowed("http://tickets.plant:1/api", ("POST",), ("127.0.0.1/32",))
    http = GuardedHttp((entry,), resolver=lambda _host, _port: ["127.0.0.1"])
    assert refusal(http, call(server, url="http://tickets.plant:1/api/x")) == "http_failed"


def test_the_environment_sends_no_call_elsewhere(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert guarded(server).call(call(server)).status == 201


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("tickets", "successfully_executed", "http_answered"),
        ("absent", "client_side_error", "http_answered"),
        ("broken", "server_side_error", "http_answered"),
        ("moved", "client_side_error", "http_redirect"),
        ("slow", "timeout_error", "http_timed_out"),
    ],
)
def test_the_action_tells_how_it_ended(server: Server, path: str, status: str, code: str) -> None:
    url = f"http://tickets.plant:{server.server_port}/api/{path}"
    task = Task("k1", time.time_ns(), "bittern/made", {"method": "POST", "url": url}, seconds=0.3)
    outcome = perform(task, Ports(http=guarded(server)))
    assert (outcome.status, outcome.code) == (status, code)
    if status == "successfully_executed":
        assert outcome.variables == {"__http_status__": "201"}
