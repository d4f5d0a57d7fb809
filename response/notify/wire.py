"""Bytes to a syslog receiver over UDP, TCP or TLS. One connection per message: who closes has had it all."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field

from detection.sigma.model import Step
from detection.sigma.reading import Reading, dotted
from detection.sigma.wrong import Parameter, wrong
from detection.site_values import SiteValues
from response.notify.encrypted import send_encrypted
from response.notify.formats.syslog import FACILITIES, framed
from response.notify.sender import Receipt, Undelivered

TRANSPORTS = ("udp", "tcp", "tls")
PORTS = {"udp": 514, "tcp": 601, "tls": 6514}
"""RFC 5426, RFC 6587 (as registered for syslog over TCP), RFC 5425."""
LONGEST = {"udp": 2048, "tcp": 8192, "tls": 8192}
"""Bytes that a receiver should take (RFC 5426, 3.2; RFC 5425, 4.3.1)."""
KEYS = ("address", "transport", "ca", "certificate", "key", "facility", "seconds")
LOCAL0 = 16
CLOSING = 2.0
"""Seconds to wait for the receiver's end of the connection."""


@dataclass(frozen=True)
class Line:
    """Where lines go. `ca` is a file of authorities (None: those of the system); `certificate` and `key` are files of
    our own certificate, where the receiver asks for one; `seconds` bounds each step."""

    host: str
    port: int
    transport: str
    ca: str | None = None
    certificate: str | None = None
    key: str | None = field(default=None, repr=False)
    facility: int = LOCAL0
    seconds: float = 5.0

    @property
    def most(self) -> int:
        """Bytes of a message at most."""
        return LONGEST[self.transport]

    def shown(self) -> str:
        """`tls://siem.example:6514`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.transport}://{host}:{self.port}"


def read_line(reading: Reading, at: tuple[Step, ...]) -> Line:
    """The keys of a channel that say where lines go."""
    transport = reading.word(*at, "transport", among=TRANSPORTS, required=False, default="udp")
    host, port = _address(reading, at, PORTS[transport])
    values = SiteValues(reading)
    facility = values.whole(*at, "facility")
    if facility is not None and facility not in FACILITIES:
        reading.complain((*at, "facility"), wrong("not_facility", path=dotted((*at, "facility")), value=facility))
    files = {name: reading.text(*at, name, required=False) or None for name in ("ca", "certificate", "key")}
    for name, file in files.items():
        if file and transport != "tls":
            reading.complain((*at, name), wrong("needs_tls", path=dotted((*at, name))))
    return Line(
        host,
        port,
        transport,
        files["ca"],
        files["certificate"],
        files["key"],
        LOCAL0 if facility is None else facility,
        read_seconds(reading, at),
    )


def read_seconds(reading: Reading, at: tuple[Step, ...], default: float = 5.0) -> float:
    """How long to wait for the receiver, 0.1 to 60 seconds."""
    found = SiteValues(reading).number(*at, "seconds", default=default) or 0.0
    if not 0.1 <= found <= 60:
        reading.complain((*at, "seconds"), wrong("not_patience", path=dotted((*at, "seconds")), value=found))
        return default
    return found


def _address(reading: Reading, at: tuple[Step, ...], usual: int) -> tuple[str, int]:
    """`host`, `host:port`, `[v6]:port` or a bare IPv6 address."""
    text = reading.text(*at, "address")
    if not text:
        return "", usual
    bracketed = text.startswith("[") and "]" in text
    if bracketed:
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    else:
        host, port = text, ""
    fits = not port or (port.isascii() and port.isdigit() and 0 < int(port) < 65536)
    if not host or not fits or any(letter.isspace() or letter in "/@" for letter in host):
        reading.complain((*at, "address"), wrong("not_host_port", value=text))
    return host, int(port) if port and fits else usual


def sent(line: Line, message: bytes) -> Receipt:
    """Hands a message over. Raises Undelivered. UDP cannot say more than that it left."""
    try:
        if line.transport == "udp":
            return _datagram(line, message)
        with socket.create_connection((line.host, line.port), timeout=line.seconds) as connection:
            if line.transport == "tcp":
                connection.sendall(framed(message))
                return _closed(line, connection)
            closing = min(CLOSING, line.seconds)
            end = send_encrypted(connection, _context(line), line.host, framed(message), line.seconds, closing)
            return Receipt(end, {"host": line.host})
    except ssl.SSLCertVerificationError as error:
        raise Undelivered("certificate", {"host": line.host, "why": error.verify_message}) from None
    except ssl.SSLError as error:
        raise Undelivered("tls", {"host": line.host, "why": error.reason or type(error).__name__}) from None
    except TimeoutError:
        raise Undelivered("no_answer", {"host": line.host, "port": line.port}) from None
    except socket.gaierror:
        raise Undelivered("no_such_host", {"host": line.host}) from None
    except OSError as error:
        told: dict[str, Parameter] = {"host": line.host, "port": line.port, "errno": error.errno or 0}
        told["message"] = error.strerror or type(error).__name__
        raise Undelivered("connection", told) from None


def _datagram(line: Line, message: bytes) -> Receipt:
    family, kind, protocol, _, target = socket.getaddrinfo(line.host, line.port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, protocol) as sender:
        sender.settimeout(line.seconds)
        sender.connect(target)  # so that a port that nobody holds is told for a second message at least
        sender.send(message)
    return Receipt("left", {"bytes": len(message)})


def _context(line: Line) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=line.ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if line.certificate:
        context.load_cert_chain(line.certificate, line.key)
    return context


def _closed(line: Line, connection: socket.socket) -> Receipt:
    """Ends our side and waits for the other: a receiver that resets the connection has lost the message."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(min(CLOSING, line.seconds))
    try:
        while connection.recv(4096):
            pass
    except TimeoutError:
        return Receipt("handed_over", {"host": line.host})
    return Receipt("closed", {"host": line.host})
