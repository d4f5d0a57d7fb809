"""An issuer that lies: it listens on this machine and says what a test tells it to say."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

Key = RSAKey | ECKey
METADATA, KEYS, TOKEN, USERINFO = "/.well-known/openid-configuration", "/keys", "/token", "/me"


@dataclass
class FalseIssuer:
    """`answers` are status and body by path; `asked` counts what was asked for; `form` is the last sent to /token."""

    address: str = ""
    now: int = 0
    key: Key = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    form: dict[str, list[str]] = field(default_factory=dict)
    authorization: str | None = None
    location: str | None = None

    def tell(self, path: str, document: Any, status: int = 200) -> None:
        self.answers[path] = (status, document if isinstance(document, bytes) else json.dumps(document).encode())

    def tell_metadata(self, **other: Any) -> None:
        self.tell(
            METADATA,
            {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/auth",
                "token_endpoint": f"{self.address}{TOKEN}",
                "jwks_uri": f"{self.address}{KEYS}",
                **other,
            },
        )

    def tell_keys(self, *keys: Key) -> None:
        self.tell(KEYS, {"keys": [{**key.as_dict(private=False), "use": "sig"} for key in keys]})

    def claims(self, nonce: str, /, **other: Any) -> dict[str, Any]:
        """Claims with which a sign-in succeeds, but for what the test changes; None leaves a claim out."""
        claims = {
            "iss": self.address,
            "aud": "bittern",
            "sub": "s-1",
            "exp": self.now + 300,
            "iat": self.now,
            "nonce": nonce,
            "preferred_username": "li",
            "groups": ["ot-analysts"],
        }
        return {name: value for name, value in {**claims, **other}.items() if value is not None}

    def tell_token(self, token: str, **other: Any) -> None:
        self.tell(TOKEN, {"id_token": token, "token_type": "Bearer", **other})

    def signed(self, claims: dict[str, Any], key: Key | None = None, **header: Any) -> str:
        signer = key or self.key
        algorithm = header.get("alg", "RS256")
        return jwt.encode({"alg": "RS256", "kid": "one", **header}, claims, signer, algorithms=[algorithm])


@contextmanager
def lying(now: int) -> Iterator[FalseIssuer]:
    """A false issuer that so far tells the truth; `now` in s."""
    issuer = FalseIssuer(now=now)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            issuer.asked.append(path)
            issuer.authorization = self.headers.get("authorization")
            status, body = issuer.answers.get(path, (404, b"{}"))
            self.send_response(status)
            if issuer.location and status in (302, 307):
                self.send_header("Location", issuer.location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["content-length"])).decode()
            issuer.form = parse_qs(sent)
            self.do_GET()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    issuer.address = f"http://127.0.0.1:{server.server_address[1]}"
    issuer.tell_metadata()
    issuer.tell_keys(issuer.key)
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
