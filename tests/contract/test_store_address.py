"""Addresses and secrets of stores."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import get_args

import pytest

from api.output.reasons import store_reason
from api.storage import open_store
from api.storage.address import ElasticAddress, read_address
from api.texts import Language, texts
from response.store_errors import (
    BadUrl,
    Denied,
)


@pytest.mark.parametrize(
    ("url", "environment"),
    [
        ("", {}),
        ("/var/lib/bittern", {}),
        ("embedded:", {}),
        ("sqlite:x", {}),
        ("https://", {}),
        ("https://li:geheim@host:9200", {}),
        ("https://li:@host:9200", {}),
        ("https://li@host:9200", {}),
        ("https://li@host:9200", {"BITTERN_STORE_PASSWORD": "geheim", "BITTERN_STORE_API_KEY": "geheim"}),
        ("https://li@host:9200", {"BITTERN_STORE_PASSWORD_FILE": "/no/such/file"}),
        ("https://host:port", {}),
        ("https://host:99999", {}),
        ("https://host/path", {}),
        ("https://host//path", {}),
        ("https://host#part", {}),
        ("https://[::1", {}),
        ("http:host", {}),
        ("https://host?ca=/no/such/file", {}),
        ("http://host?ca=/etc/hostname", {}),
        ("https://host?prefix=Upper", {}),
        ("https://host?prefix=", {}),
        ("https://host?prefix=a*", {}),
        ("https://host?colour=red", {}),
        ("https://host?patience=long", {}),
        ("https://host?patience=-1", {}),
    ],
)
def test_bad_addresses(url: str, environment: dict[str, str]) -> None:
    with pytest.raises(BadUrl) as caught:
        open_store(url, environment)
    told = [store_reason(caught.value, texts(lang)) for lang in get_args(Language)]
    assert "geheim" not in f"{caught.value} {told}"
    assert all(each["why"] and "BITTERN_" not in each["what"] for each in told)


def test_good_addresses(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("geheim\n")
    address = read_address(
        f"https://li@one:9201,two,[::1]?prefix=site-1&ca={secret}&patience=5",
        {"BITTERN_STORE_PASSWORD_FILE": str(secret)},
    )
    assert isinstance(address, ElasticAddress)
    assert address.hosts == ("https://one:9201", "https://two:9200", "https://[::1]:9200")
    assert (address.user, address.password, address.prefix) == ("li", "geheim", "site-1")
    assert (address.ca, address.patience) == (str(secret), 5.0)
    assert "geheim" not in address.shown
    keyed = read_address("http://host", {"BITTERN_STORE_API_KEY": "a2V5"})
    assert isinstance(keyed, ElasticAddress)
    assert (keyed.user, keyed.api_key, keyed.hosts) == (None, "a2V5", ("http://host:9200",))


@contextmanager
def answering(status: int, seen: list[str | None]) -> Iterator[str]:
    """A server that notes the Authorization of each request and answers always the same."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers["Authorization"])
            body = b'{"status":"green","index_templates":[]}'
            self.send_response(status)
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_secrets_go_out_as_the_cluster_expects_them() -> None:
    seen: list[str | None] = []
    with answering(200, seen) as host:
        open_store(f"http://li@{host}", {"BITTERN_STORE_PASSWORD": "geheim"}).close()
        open_store(f"http://{host}", {"BITTERN_STORE_API_KEY": "a2V5"}).close()
        open_store(f"http://{host}", {}).close()
    assert list(dict.fromkeys(seen)) == ["Basic bGk6Z2VoZWlt", "ApiKey a2V5", None]


@pytest.mark.parametrize("status", [401, 403])
def test_a_cluster_that_refuses_the_user(status: int) -> None:
    with answering(status, []) as host, pytest.raises(Denied):
        open_store(f"http://li@{host}", {"BITTERN_STORE_PASSWORD": "wrong"})
