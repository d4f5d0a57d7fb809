"""Real receivers: mail, syslog over UDP, TCP and TLS, and HTTP that checks signatures in its own way."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Pair:
    """Files of an authority, and of a certificate it gave to 127.0.0.1 and localhost."""

    authority: Path
    certificate: Path
    key: Path

    def server(self, client_authority: Path | None = None) -> ssl.SSLContext:
        """What a receiver presents; with `client_authority` it asks for a certificate of ours."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        if client_authority is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(client_authority)
        return context


def certified(folder: Path, name: str = "localhost") -> Pair:
    """A new authority and a certificate for `name` and 127.0.0.1."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)

    def made(subject: str, issuer: str, key: Any, signer: Any, authority: bool) -> x509.Certificate:
        names: list[x509.GeneralName] = [x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))]
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if not authority:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(signer, hashes.SHA256())

    ca_key, own_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    files = Pair(folder / "ca.pem", folder / "own.pem", folder / "own.key")
    pem = serialization.Encoding.PEM
    files.authority.write_bytes(made("Test CA", "Test CA", ca_key, ca_key, True).public_bytes(pem))
    files.certificate.write_bytes(made(name, "Test CA", own_key, ca_key, False).public_bytes(pem))
    files.key.write_bytes(own_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return files


@dataclass
class Received:
    """What a receiver got. `wait` until it has so much."""

    port: int = 0
    items: list[Any] = field(default_factory=list)
    refuse: int = 0
    """How many deliveries are still to be refused."""
    _news: threading.Condition = field(default_factory=threading.Condition)

    def add(self, item: Any) -> None:
        with self._news:
            self.items.append(item)
            self._news.notify_all()

    def wait(self, count: int) -> list[Any]:
        with self._news:
            assert self._news.wait_for(lambda: len(self.items) >= count, timeout=20), self.items
            return list(self.items)


@contextmanager
def udp() -> Iterator[Received]:
    """A syslog receiver over UDP: datagrams as they come."""
    found = Received()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(0.1)
        found.port = listener.getsockname()[1]
        with _running(lambda: _datagram(listener, found)):
            yield found


def _datagram(listener: socket.socket, found: Received) -> None:
    try:
        found.add(listener.recv(65_536))
    except TimeoutError:
        return


@contextmanager
def tcp(context: ssl.SSLContext | None = None) -> Iterator[Received]:
    """A syslog receiver over TCP, or TLS: messages by octet counting, as RFC 6587 reads them."""
    found = Received()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        found.port = listener.getsockname()[1]
        with _running(lambda: _accept(listener, context, found)):
            yield found


def _accept(listener: socket.socket, context: ssl.SSLContext | None, found: Received) -> None:
    try:
        plain, _ = listener.accept()
    except TimeoutError:
        return
    plain.settimeout(5)
    try:
        with context.wrap_socket(plain, server_side=True) if context else plain as connection:
            data = b""
            while part := connection.recv(4096):
                data += part
            if isinstance(connection, ssl.SSLSocket):
                connection.unwrap()
            while data:
                length, _, rest = data.partition(b" ")
                assert length.isdigit()
                assert len(rest) >= int(length), "cut short"
                found.add(rest[: int(length)])
                data = rest[int(length) :]
    except (OSError, ssl.SSLError) as error:
        found.add(error)


@contextmanager
def _running(turn: Callable[[], None]) -> Iterator[None]:
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            turn()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def smtp(context: ssl.SSLContext | None = None) -> Iterator[Received]:
    """A mail server: with `context` it wants STARTTLS and the user `bot` with the password `hunter2secret`."""
    found = Received()

    class Handler:
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
            if found.refuse:
                found.refuse -= 1
                return "451 4.3.0 bot:hunter2secret try later"
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            found.add((envelope.mail_from, tuple(envelope.rcpt_tos), message, session.ssl is not None))
            return "250 OK"

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"bot", b"hunter2secret"))

    def factory() -> SMTP:
        return SMTP(
            Handler(),
            hostname="localhost",
            tls_context=context,
            require_starttls=context is not None,
            authenticator=authenticate if context else None,
            auth_required=context is not None,
        )

    ready, loop = threading.Event(), asyncio.new_event_loop()

    async def serve(stop: asyncio.Event) -> None:
        server = await loop.create_server(factory, "127.0.0.1", 0)
        found.port = server.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        server.close()

    stop = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve(stop)))
    thread.start()
    assert ready.wait(10)
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@dataclass(frozen=True)
class Posted:
    """A request that came in: whether each secret's signature is among those in its header."""

    path: str
    headers: dict[str, str]
    body: bytes
    signed: tuple[bool, ...]


@dataclass
class Answer:
    """What the HTTP receiver answers with."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"taken"


@contextmanager
def http(secrets: tuple[str, ...], answer: Answer, context: ssl.SSLContext | None = None) -> Iterator[Received]:
    """An HTTP receiver that verifies Standard Webhooks with another implementation of HMAC."""
    found = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            signed = tuple(verified(secret, headers, body) for secret in secrets)
            found.add(Posted(self.path, headers, body, signed))
            status = 503 if found.refuse else answer.status
            found.refuse = max(0, found.refuse - 1)
            self.send_response(status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            try:
                self.wfile.write(answer.body)
            except OSError:
                return  # the sender has read enough

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether one of the signatures was made with the secret: as the specification says, by other code than ours."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    for signature in headers["webhook-signature"].split(" "):
        version, _, encoded = signature.partition(",")
        check = hmac.HMAC(base64.b64decode(secret.split("_", 1)[1]), hashes.SHA256())
        check.update(signed)
        try:
            check.verify(base64.b64decode(encoded))
        except InvalidSignature:
            continue
        return version == "v1"
    return False
